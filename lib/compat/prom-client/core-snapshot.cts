// What is read of a snapshot of the core, which is an ES module: only its types are known here.

export interface CoreSeries {
  readonly info: { readonly labels: readonly (readonly [string, string])[] };
  readonly offset: number;
}

export interface CoreFamily {
  readonly info: {
    readonly name: string;
    readonly help: string;
    readonly kind: 'counter' | 'gauge' | 'histogram';
    readonly bounds: readonly number[];
  };
  readonly series: readonly CoreSeries[];
}

export interface CoreExemplar {
  readonly bucket: number;
  readonly labels: readonly (readonly [string, string])[];
  readonly value: number;
  readonly takenAt: number;
}

export interface CoreSnapshot {
  readonly families: readonly CoreFamily[];
  readonly values: Float64Array;
  family(name: string): CoreFamily | undefined;
  exemplars(series: CoreSeries): readonly CoreExemplar[];
}
