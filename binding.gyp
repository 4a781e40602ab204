# The flags live in native/compile_flags.json: scripts/native/ compiles the unit tests and the
# sanitized addon with the same ones.
{
  "targets": [
    {
      "target_name": "vsr_metrics",
      "sources": [
        "<!@(node -p \"require('fs').readdirSync('native').filter((name) => name.endsWith('.cc')).sort().map((name) => 'native/' + name).join(' ')\")"
      ],
      "include_dirs": [
        "native",
        "native/include",
        "<!(node -p \"require('node-addon-api').include_dir\")"
      ],
      "defines": ["<!@(node -p \"require('./native/compile_flags.json').defines.join(' ')\")"],
      "cflags!": ["-Wno-unused-parameter"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": [
        "<!@(node -p \"const f = require('./native/compile_flags.json'); [...f.compile, ...f.optimize].join(' ')\")"
      ],
      "conditions": [
        ["OS=='linux'", {
          # A native thread outlives the worker that loaded the addon: never unload it.
          "ldflags": ["-Wl,-z,nodelete"]
        }],
        ["OS=='mac'", {
          "xcode_settings": {
            "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
            "GCC_ENABLE_CPP_EXCEPTIONS": "NO",
            "GCC_OPTIMIZATION_LEVEL": "3",
            "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
            "MACOSX_DEPLOYMENT_TARGET": "13.3",
            "WARNING_CFLAGS": ["-Wall", "-Wextra"]
          }
        }]
      ]
    }
  ]
}
