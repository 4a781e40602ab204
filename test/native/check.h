// What the native test programs share: named behaviours and what each expects.
//
//   void TestLanesAreUnique() {
//     Behaviour lanes("a lane has one owner");
//     lanes.Expect(first != second, "both threads got lane " + std::to_string(first));
//     lanes.Equal(region->header()->lane_count, 3u, "lane_count");
//   }                                       // prints `ok a lane has one owner`
//   int main() {
//     TestLanesAreUnique();
//     return FailedBehaviours() == 0 ? 0 : 1;
//   }
#ifndef VSR_METRICS_TEST_CHECK_H_
#define VSR_METRICS_TEST_CHECK_H_

#include <cstdio>
#include <mutex>
#include <sstream>
#include <string>
#include <type_traits>

namespace vsr_metrics {

inline int& FailedBehaviours() {
  static int failed = 0;
  return failed;
}

// One behaviour by its name. Holds when everything it expects does; any thread may expect things.
class Behaviour {
 public:
  explicit Behaviour(std::string name) : name_(std::move(name)) {}
  Behaviour(const Behaviour&) = delete;
  Behaviour& operator=(const Behaviour&) = delete;

  ~Behaviour() {
    if (problem_.empty()) {
      printf("ok %s\n", name_.c_str());
    } else {
      printf("not ok %s: %s\n", name_.c_str(), problem_.c_str());
      ++FailedBehaviours();
    }
    fflush(stdout);
  }

  // The first thing that does not hold is the one to report.
  bool Expect(bool holds, const std::string& why) {
    if (holds) return true;
    std::lock_guard<std::mutex> lock(mutex_);
    if (problem_.empty()) problem_ = why.empty() ? "does not hold" : why;
    return false;
  }

  template <typename Found, typename Wanted>
  bool Equal(const Found& found, const Wanted& wanted, const std::string& what) {
    if (found == wanted) return true;
    std::ostringstream why;
    why.precision(17);
    why << what << ": " << Shown(found) << " instead of " << Shown(wanted);
    return Expect(false, why.str());
  }

 private:
  template <typename T>
  static auto Shown(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      return static_cast<long long>(value);
    } else if constexpr (std::is_same_v<T, uint8_t>) {
      return static_cast<unsigned>(value);
    } else {
      return value;
    }
  }

  std::string name_;
  std::mutex mutex_;
  std::string problem_;
};

}  // namespace vsr_metrics

#endif  // VSR_METRICS_TEST_CHECK_H_
