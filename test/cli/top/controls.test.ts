import { expect } from 'chai';
import { type Controls, initialControls, press } from '../../../lib/cli/top/controls.js';

const names: Readonly<Record<string, string>> = {
  Enter: 'return',
  Esc: 'escape',
  Back: 'backspace',
  Down: 'down',
  PageDown: 'pagedown',
  PageUp: 'pageup',
  End: 'end',
  Home: 'home',
};

/** The controls after several keys, one a word. */
function typing(keys: string, from: Controls = initialControls): Controls {
  return keys.split(' ').reduce((controls, key) => {
    const pressed = key in names ? { name: names[key]! } : { name: key, sequence: key };
    return press(controls, pressed, 10).controls;
  }, from);
}

describe('the keys of top', () => {
  it('quit, suspend, redraw', () => {
    const request = (name: string, ctrl: boolean) =>
      press(initialControls, { name, sequence: name, ctrl }, 10).request;
    expect(request('q', false)).to.equal('quit');
    expect(request('c', true)).to.equal('quit');
    expect(request('z', true)).to.equal('suspend');
    expect(request('l', true)).to.equal('redraw');
    expect(request('c', false)).to.equal(undefined);
  });

  it('sort, reverse, pause, switch to totals, show all', () => {
    expect(['s', 's s', 's s s', 's s s s'].map((keys) => typing(keys).order)).to.eql([
      'name',
      'rate',
      'p99',
      'catalogue',
    ]);
    expect(typing('r p t a')).to.include({ reverse: true, paused: true, total: true, all: true });
    expect(typing('r p t a r p t a')).to.eql(initialControls);
  });

  it('scroll', () => {
    expect(typing('j j k').scroll).to.equal(1);
    expect(typing('k').scroll).to.equal(0);
    expect(typing('PageDown Down').scroll).to.equal(11);
    expect(typing('PageDown PageUp PageUp').scroll).to.equal(0);
    expect(typing('End Home').scroll).to.equal(0);
    expect(typing('PageDown s').scroll).to.equal(0);
  });

  it('type a filter, which Enter keeps and Esc drops', () => {
    expect(typing('/ q s Enter')).to.include({ filter: 'qs', order: 'catalogue' });
    expect(typing('/ q s').editing).to.equal('');
    expect(typing('/ a b Back Enter').filter).to.equal('a');
    const kept = typing('/ a Enter');
    expect(typing('/ b Esc', kept)).to.eql(kept);
    expect(typing('Esc', kept).filter).to.equal('');
    expect(typing('/ é 🚀 Back Enter').filter).to.equal('é');
  });

  it('quit from within a filter only with Ctrl-C', () => {
    const editing = typing('/');
    expect(press(editing, { name: 'q', sequence: 'q' }, 10).request).to.equal(undefined);
    expect(press(editing, { name: 'c', ctrl: true, sequence: '\x03' }, 10).request).to.equal(
      'quit',
    );
  });
});
