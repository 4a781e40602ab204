// Secrets that may stand in a message, taken out before the message leaves: to a client, a log, or
// whoever catches the error.
//
//   redact('connect failed for postgres://ledger:hunter2@db'); // connect failed for postgres://***@db

const hidden = '***';

// The password may hold an @, and where somebody forgot to encode it even a slash. All lengths are
// limited: what is read may be long, and made to take long.
const userInfo = /\/\/(?:[^\s/?#]{0,512}|[^\s/?#@:]{0,256}:[^\s@]{0,256})@/g;
const named =
  /(password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|authorization)(["']?\s{0,4}[=:]\s{0,4})(?:(?:Bearer|Basic)\s{1,4})?("[^"]{0,1000}"|'[^']{0,1000}'|[^\s,;&"')}\]]{1,1000})/gi;
const credentials = /\b(Bearer|Basic)\s{1,4}[A-Za-z0-9+/=._~-]{6,1000}/g;

/** The text without passwords of URLs, and without what is called a password, a token or a key. */
export function redact(text: string): string {
  return text
    .replace(userInfo, `//${hidden}@`)
    .replace(named, `$1$2${hidden}`)
    .replace(credentials, `$1 ${hidden}`);
}
