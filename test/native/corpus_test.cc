// What the fuzzer found worth keeping, through the reader once more: test/fuzz/corpus.

#include <dirent.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "check.h"
#include "patched_file.h"

using namespace vsr_metrics;

int main() {
  {
    Behaviour corpus("corpus: every input of the fuzzer gives a named error or a reading");
    const std::string folder = "test/fuzz/corpus";
    DIR* directory = opendir(folder.c_str());
    size_t inputs = 0;
    while (directory != nullptr) {
      const dirent* entry = readdir(directory);
      if (entry == nullptr) break;
      if (entry->d_name[0] == '.') continue;
      const std::string path = folder + "/" + entry->d_name;
      std::ifstream file(path, std::ios::binary);
      const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
      corpus.Expect(ReadPatchedFile(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()),
                    path);
      ++inputs;
    }
    if (directory != nullptr) closedir(directory);
    corpus.Expect(inputs > 10, std::to_string(inputs) + " inputs in " + folder);
  }
  return FailedBehaviours() == 0 ? 0 : 1;
}
