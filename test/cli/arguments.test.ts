import { expect } from 'chai';
import { parseArguments } from '../../lib/cli/arguments.js';
import { defineCommand } from '../../lib/cli/command.js';
import { parseTime } from '../../lib/cli/dump/times.js';
import { Failure } from '../../lib/cli/failure.js';
import { parseSources } from '../../lib/cli/serve/sources.js';
import { nearest } from '../../lib/core/nearest.js';

const command = defineCommand({
  name: 'test',
  summary: '',
  operands: { name: 'FILE', least: 1, most: 2 },
  options: {
    format: { takes: 'value', choices: ['json', 'text'], help: '' },
    label: { takes: 'value', repeats: true, short: 'l', help: '' },
    history: { takes: 'maybe', repeats: true, help: '' },
    port: { takes: 'value', help: '' },
    all: { takes: 'nothing', short: 'a', help: '' },
  },
  description: [],
  examples: [],
});

function parse(line: string) {
  return parseArguments(
    command,
    line.split(' ').filter((word) => word !== ''),
  );
}

describe('command lines', () => {
  it('give options and operands in any order', () => {
    const args = parse('one --format json -l a=1 --label=b=2 two -a');
    expect(args.operands).to.eql(['one', 'two']);
    expect(args.text('format')).to.equal('json');
    expect(args.texts('label')).to.eql(['a=1', 'b=2']);
    expect([args.has('all'), args.has('port')]).to.eql([true, false]);
    expect(parse('-- --all').operands).to.eql(['--all']);
  });

  it('take a value that may be left out, unless no operand would be left', () => {
    const history = (line: string) => {
      const args = parse(line);
      return [args.has('history'), args.texts('history'), args.operands];
    };
    expect(history('file --history')).to.eql([true, [], ['file']]);
    expect(history('file --history name')).to.eql([true, ['name'], ['file']]);
    expect(history('--history name file')).to.eql([true, ['name'], ['file']]);
    expect(history('--history file')).to.eql([true, [], ['file']]);
    expect(history('--history=name file')).to.eql([true, ['name'], ['file']]);
    expect(history('file --history one --history two')).to.eql([true, ['one', 'two'], ['file']]);
  });

  const wrong: readonly (readonly [line: string, message: string])[] = [
    ['file --fromat json', 'no such option; given "--fromat"; did you mean --format?; allowed: --'],
    ['file -x', 'no such option; given "-x"; allowed: --format'],
    ['file --format', '--format needs a value; allowed: json, text'],
    ['file --port --all', '--port needs a value; allowed: --port VALUE'],
    ['file --format jsn', 'no such value; given "jsn"; did you mean json?; allowed: json, text'],
    ['file --all=yes', '--all takes no value; given "yes"'],
    ['file --port 1 --port 2', '--port is given twice; given "2"'],
    ['--all', 'FILE is missing'],
    ['one two three', 'too many arguments; given "three"; allowed: 2: one two'],
    ['file --toString', 'no such option; given "--toString"'],
  ];
  for (const [line, message] of wrong) {
    it(`are refused: ${line}`, () => {
      expect(() => parse(line))
        .to.throw(Failure, message)
        .with.property('exitCode', 1);
    });
  }

  it('have numbers within limits', () => {
    const port = (text: string) =>
      parse(`file --port ${text}`).number('port', { least: 0, most: 65535, whole: true });
    expect(port('0')).to.equal(0);
    for (const text of ['-1', '65536', '1.5', '1e3', '0x10', 'http']) {
      expect(() => port(text), text).to.throw('--port does not fit; given');
    }
  });

  it('ask for help without operands', () => {
    expect(parse('--help').has('help')).to.equal(true);
  });

  it('suggest what is near, and nothing that is far', () => {
    const names = ['dump', 'serve', 'top'];
    expect(nearest('dmup', names)).to.equal('dump');
    expect(nearest('server', names)).to.equal('serve');
    expect(nearest('ser', names)).to.equal('serve');
    expect(nearest('TOP', names)).to.equal('top');
    expect(nearest('metrics', names)).to.equal(undefined);
  });
});

describe('times on the command line', () => {
  const reference = Date.parse('2026-08-02T12:00:00Z');
  const time = (text: string) => parseTime('--from', text, reference);

  it('are dates, unix times, or spans that count back', () => {
    expect(time('2026-08-02T11:00:00Z')).to.equal(reference - 3_600_000);
    expect(time('2026-08-02T14:00:00+02:00')).to.equal(reference);
    expect(time('2026-08-02')).to.equal(Date.parse('2026-08-02T00:00:00Z'));
    expect(time(String(reference / 1000))).to.equal(reference);
    expect(time(String(reference))).to.equal(reference);
    expect(time('90s')).to.equal(reference - 90_000);
    expect(time('-1.5h')).to.equal(reference - 5_400_000);
  });

  it('are refused when they are none', () => {
    for (const text of ['yesterday', '10', '5 m', '2026-13-01', '']) {
      expect(() => time(text), text).to.throw(Failure, '--from is no time; given');
    }
  });
});

describe('the files of serve', () => {
  it('are told apart by their name, or by their path where names are the same', () => {
    const sources = parseSources(['/a/x.metrics', '/b/x.metrics', '/b/y.metrics'], {}, {});
    expect(sources.map(({ labels }) => labels)).to.eql([
      { file: '/a/x.metrics' },
      { file: '/b/x.metrics' },
      { file: 'y.metrics' },
    ]);
  });

  it('have labels of their own, before those of all', () => {
    const [source] = parseSources(
      ['/a/x:zone=eu,file=first,note=a=b'],
      {},
      { zone: 'us', team: 'db' },
    );
    expect(source).to.eql({
      path: '/a/x',
      name: 'first',
      labels: { file: 'first', zone: 'eu', team: 'db', note: 'a=b' },
    });
    expect(parseSources(['/a:b/x'], {}, {})[0]!.path).to.equal('/a:b/x');
  });

  const wrong: readonly (readonly [operands: string[], message: string])[] = [
    [['/a/x', '/a/x'], '/a/x and /a/x would have the same label file; given "/a/x"'],
    [['/a/x:file=one', '/b/y:file=one'], 'would have the same label file; given "one"'],
    [['/a/x:zone='], 'no label; given "zone="; allowed: NAME=VALUE'],
    [['/a/x:zone=eu,us'], 'no label; given "us"'],
    [['/a/x:le=1'], 'the label name "le" is reserved'],
    [['/a/x:__a=1'], 'the label name "__a" is reserved'],
    [['/a/x:a=1,a=2'], 'gives a twice; given "a=2"'],
  ];
  for (const [operands, message] of wrong) {
    it(`are refused: ${operands.join(' ')}`, () => {
      expect(() => parseSources(operands, {}, {})).to.throw(Failure, message);
    });
  }

  it('cannot all have the same name', () => {
    expect(() => parseSources(['/a/x'], {}, { file: 'y' })).to.throw(
      Failure,
      '--label cannot be file',
    );
  });
});
