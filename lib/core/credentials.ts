// The name and the password that a URL may hold, as the header that says the same: fetch refuses such
// URLs, and shows them in its errors.
//
//   const { url, authorization } = separateCredentials('http://reader:secret@10.0.0.2:9464');

/** @throws TypeError when it is no URL */
export function separateCredentials(from: string | URL): {
  readonly url: URL;
  /** The value of the header; undefined when the URL has neither name nor password. */
  readonly authorization: string | undefined;
} {
  const url = new URL(from);
  const { username, password } = url;
  if (username === '' && password === '') return { url, authorization: undefined };
  url.username = '';
  url.password = '';
  const pair = `${decode(username)}:${decode(password)}`;
  return { url, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** A stray % is one: nobody has encoded it. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
