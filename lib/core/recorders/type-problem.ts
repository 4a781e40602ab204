/** What stands in an error message of the compiler instead of a wordless `never`. */
export interface TypeProblem<Message extends string> {
  readonly [problem]: Message;
}
declare const problem: unique symbol;
