import { expect } from 'chai';
import fc from 'fast-check';
import { fillString, fillUtf8, type Template } from '../../lib/exposition/fill.js';
import { TemplateBuilder } from '../../lib/exposition/template.js';

/** The template of texts with a number after each, and the same text put together in JavaScript. */
function prepare(texts: readonly string[], values: Float64Array): [Template, string] {
  const builder = new TemplateBuilder();
  texts.forEach((text, index) => {
    builder.add(text);
    builder.addValue(index);
  });
  builder.add('end');
  return [builder.build(), `${texts.map((text, index) => text + values[index]).join('')}end`];
}

describe('a template', () => {
  const texts = fc.array(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' })));

  it('filled in is the text around its numbers, as a string and as UTF-8', () => {
    fc.assert(
      fc.property(texts, (parts) => {
        const values = Float64Array.from(parts, (_, index) => index / 8);
        const [template, whole] = prepare(parts, values);
        expect(fillString(template, values)).to.equal(whole);
        expect(fillUtf8(template, values)).to.deep.equal(Buffer.from(whole));
      }),
    );
  });

  it('filled in by ranges is the same text', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (parts, cut) => {
        const values = Float64Array.from(parts, (_, index) => index / 8);
        const [template, whole] = prepare(parts, values);
        const middle = cut % (template.pieceEnds.length + 1);
        const halves = [fillUtf8(template, values, 0, middle), fillUtf8(template, values, middle)];
        expect(Buffer.concat(halves).toString()).to.equal(whole);
      }),
    );
  });

  it('is valid UTF-8 even where its text is not valid Unicode', () => {
    const [template] = prepare(['\ud800', 'high \udbff'], new Float64Array(2));
    expect(fillString(template, new Float64Array(2))).to.equal('\ufffd0high \ufffd0end');
  });

  it('may be empty', () => {
    const template = new TemplateBuilder().build();
    expect(fillString(template, new Float64Array())).to.equal('');
    expect(fillUtf8(template, new Float64Array())).to.have.length(0);
  });

  describe('that contradicts itself', () => {
    const sound: Template = {
      pieces: Buffer.from('abcdef'),
      pieceEnds: Uint32Array.of(2, 4, 6),
      valueIndex: Int32Array.of(0, 1, -1),
      ascii: true,
    };
    const values = Float64Array.of(1, 2);
    const fill = (changes: Partial<Template>, numbers: Float64Array = values) => {
      return () => fillString({ ...sound, ...changes }, numbers);
    };

    it('is an error, not a read outside of it', () => {
      expect(fill({})()).to.equal('ab1cd2ef');
      expect(fill({ pieceEnds: Uint32Array.of(2, 4, 7) })).to.throw(RangeError, /ends/);
      expect(fill({ pieceEnds: Uint32Array.of(4, 2, 6) })).to.throw(RangeError, /ends/);
      expect(fill({ pieceEnds: Uint32Array.of(2, 0xffffffff, 6) })).to.throw(RangeError, /ends/);
      expect(fill({ pieces: Buffer.alloc(0) })).to.throw(RangeError, /ends/);
      expect(fill({ valueIndex: Int32Array.of(0, 2, -1) })).to.throw(RangeError, /index/);
      expect(fill({ valueIndex: Int32Array.of(0, -2, -1) })).to.throw(RangeError, /index/);
      expect(fill({ valueIndex: Int32Array.of(0x7fffffff, 1, -1) })).to.throw(RangeError, /index/);
      expect(fill({}, new Float64Array(1))).to.throw(RangeError, /index/);
      expect(fill({}, new Float64Array())).to.throw(RangeError, /index/);
    });

    it('is an error when its arrays are others, or shorter', () => {
      const wrong = new Uint8Array(3) as unknown;
      expect(fill({ valueIndex: Int32Array.of(0) })).to.throw(TypeError);
      expect(fill({ pieceEnds: wrong as Uint32Array })).to.throw(TypeError);
      expect(fill({ valueIndex: wrong as Int32Array })).to.throw(TypeError);
      expect(fill({ pieces: 'abcdef' as unknown as Uint8Array })).to.throw(TypeError);
      expect(fill({}, [1, 2] as unknown as Float64Array)).to.throw(TypeError);
      expect(fill({}, null as unknown as Float64Array)).to.throw(TypeError);
    });

    it('is an error for a range that it has not got', () => {
      expect(() => fillUtf8(sound, values, 0, 4)).to.throw(RangeError, /range/);
      expect(() => fillUtf8(sound, values, 2, 1)).to.throw(RangeError, /range/);
      expect(() => fillUtf8(sound, values, -1, 1)).to.throw(RangeError, /range/);
      expect(fillUtf8(sound, values, 3, 3)).to.have.length(0);
    });

    it('is an error when its memory is gone', () => {
      const detached = Float64Array.of(1, 2);
      structuredClone(detached.buffer, { transfer: [detached.buffer] });
      expect(fill({}, detached)).to.throw(RangeError, /index/);
    });
  });
});
