// Programs that others wrote, to hold renderings against. `npm test` fetches them; where one is
// missing its tests are skipped and say why, and with CI=true they fail.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Context } from 'mocha';
import { inPackage } from '../support/package-root.js';

export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and gives it something to read; code 127 when there is no such. */
export function feed(
  command: string,
  args: readonly string[],
  input: string,
  environment: Record<string, string> = {},
): Promise<Output> {
  // A sanitizer that this process was started with is none of theirs.
  const { LD_PRELOAD, ...inherited } = process.env;
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...inherited, ...environment } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.on('error', (error) => resolve({ code: 127, stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    // A program that stops reading early says so by its code.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** In `before`: goes on when promtool, Prometheus' own checker, is there. */
export async function needPromtool(context: Context): Promise<void> {
  const { code, stderr } = await feed('promtool', ['--version'], '');
  if (code !== 0) lacking(context, `promtool (Debian: prometheus): ${stderr.trim()}`);
}

/** In `before`: goes on when the Prometheus server is there. */
export async function needPrometheus(context: Context): Promise<void> {
  const { code, stderr } = await feed('prometheus', ['--version'], '');
  if (code !== 0) lacking(context, `prometheus (Debian: prometheus): ${stderr.trim()}`);
}

/** In `before`: goes on when Python and prometheus_client, Prometheus' Python library, are there. */
export async function needPythonParser(context: Context): Promise<void> {
  const load = ['-c', 'import prometheus_client.openmetrics.parser'];
  const { code, stderr } = await feed('python3', load, '', python);
  if (code === 0) return;
  const reason = stderr.trim().split('\n').at(-1);
  lacking(context, `prometheus_client (Debian: python3-prometheus-client): ${reason}`);
}

/** In `before`: goes on when Python is there. */
export async function needPython(context: Context): Promise<void> {
  const { code, stderr } = await feed('python3', ['--version'], '');
  if (code !== 0) lacking(context, `python3: ${stderr.trim()}`);
}

/** In `before`: goes on when a JDK and HdrHistogram for Java are there. */
export async function needJavaHdrHistogram(context: Context): Promise<void> {
  const { code, stderr } = await feed('javac', ['-version'], '');
  if (code !== 0) lacking(context, `javac (Debian: default-jdk-headless): ${stderr.trim()}`);
  else if (!existsSync(hdrHistogram)) {
    lacking(context, `HdrHistogram for Java (Debian: libhdrhistogram-java): ${hdrHistogram}`);
  }
}

const hdrHistogram = inPackage('.cache', 'tools', 'hdrhistogram.jar');

/** Runs a Java program of test/exposition that uses HdrHistogram. */
export function runJava(program: string, input: string): Promise<Output> {
  const source = inPackage('test', 'exposition', program);
  return feed('java', ['-cp', hdrHistogram, source], input);
}

/** Skips, and says why; with CI=true it fails. */
export function lacking(context: Context, what: string): void {
  if (process.env.CI === 'true') throw new Error(`missing: ${what}`);
  console.log(`  skipped, missing: ${what}`);
  context.skip();
}

// Where `npm test` puts the library; one that is installed is found without.
const python = { PYTHONPATH: inPackage('.cache', 'tools', 'python') };

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar: ParsedExemplar | null;
}

export interface ParsedExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** In seconds. */
  readonly timestamp: number | null;
}

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly ParsedSample[];
}

/**
 * A rendering as Prometheus' Python library reads it; for OpenMetrics it is the reference parser.
 * Rejects with the parser's message when the text breaks a rule.
 */
export async function parseWithPython(
  format: 'prometheus' | 'openmetrics',
  text: string,
): Promise<ParsedFamily[]> {
  const script = inPackage('test', 'exposition', 'parse_exposition.py');
  const { code, stdout, stderr } = await feed('python3', [script, format], text, python);
  if (code !== 0) throw new Error(stderr.trim().split('\n').at(-1));
  const families = JSON.parse(stdout) as (ParsedFamily & { samples: { value: unknown }[] })[];
  return families.map((family) => ({
    ...family,
    samples: family.samples.map((sample) => ({ ...sample, value: Number(sample.value) })),
  }));
}
