// The same for --require.

(globalThis as { preloading?: unknown }).preloading = import('./preloaded.js');
