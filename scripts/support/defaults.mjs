// The defaults of options, found in the code that applies them:
//
//   const { everyMs = 10_000 } = options;         in a pattern
//   options.everyMs ?? preset?.everyMs ?? 10_000  behind everything that may be there instead
//
// Only values that stand there as they are count: what is computed is told by the option's comment. An
// option for which two values are found is an error, so that no table shows a guess; and so is a comment
// that says another number than the code.

/**
 * The default of an option, as the program has it; undefined when it has none, or computes it.
 *
 * - `names`: the interface that declares the option, and those that inherit it
 * - `home`: the file that declares it, which is looked at first
 */
export function defaultOf(option, { names, home, sources }) {
  const naming = new RegExp(`\\b(?:${names.join('|')})\\b`);
  const near = sources.filter(({ path }) => path === home);
  const far = sources.filter(({ text }) => naming.test(text));
  for (const files of [near, far]) {
    const applied = files.flatMap(({ text }) =>
      appliedIn(withoutComments(text), option).map((value) => constantOf(value, text, sources)),
    );
    const found = [...new Set(applied.filter(isPlain))];
    if (found.length > 1) {
      throw new Error(`${names[0]}.${option} has several defaults: ${found.join(', ')}`);
    }
    if (found.length === 1) return parsed(found[0]);
  }
  return undefined;
}

/** @throws Error when a comment promises another number than the code applies */
export function checkComment(says, value, whose) {
  const told = /(?:^|[\s`])([\d,]*\d)(?: ms)?`?(?:, [^.;:]*)? unless told otherwise/.exec(
    says,
  )?.[1];
  if (told === undefined || told.endsWith(']')) return;
  if (Number(told.replaceAll(',', '')) === value || String(value).endsWith(told)) return;
  throw new Error(`the comment of ${whose} says ${told}, and the code ${value}`);
}

function appliedIn(code, option) {
  const pattern = new RegExp(`[{,]\\s*${option}(?:: \\w+)? = (?=[^=>])`, 'g');
  const fallback = new RegExp(`\\b${option} \\?\\?\\s`, 'g');
  return [pattern, fallback].flatMap((expression) =>
    Array.from(code.matchAll(expression), (match) => {
      const value = expressionAt(code, match.index + match[0].length);
      return value.split('??').at(-1).replaceAll(/\s+/g, ' ').trim();
    }),
  );
}

/** Up to a comma, a semicolon, or a bracket that it did not open. */
function expressionAt(code, start) {
  let depth = 0;
  for (let at = start; at < code.length; at++) {
    if ('([{'.includes(code[at])) depth++;
    if (')]}'.includes(code[at]) && depth-- === 0) return code.slice(start, at);
    if (',;'.includes(code[at]) && depth === 0) return code.slice(start, at);
  }
  return code.slice(start);
}

/** A constant of the file, or one that it imports, is told by its value. */
function constantOf(value, text, sources) {
  if (!/^[a-z]\w+$/i.test(value)) return value;
  const isImported = new RegExp(`^import [^;]*\\b${value}\\b[^;]*;`, 'm').test(text);
  const places = isImported ? sources : [{ text }];
  const declaration = new RegExp(`^(?:export )?const ${value}(?:: [^=]+)? = ([^;]+);`, 'm');
  const found = new Set(places.flatMap((place) => declaration.exec(place.text)?.[1] ?? []));
  return found.size === 1 ? [...found][0] : value;
}

const plain = /^(?:[\d_.e]+|'[^']*'|true|false|\[(?:(?:[\d_.]+|'[^']*')(?:, )?)*\])$/;

function isPlain(value) {
  return plain.test(value) && value !== '[]';
}

function parsed(text) {
  return JSON.parse(text.replaceAll(/(?<=\d)_(?=\d)/g, '').replaceAll("'", '"'));
}

function withoutComments(text) {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}
