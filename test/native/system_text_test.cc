// The texts of /proc and of cgroups are read for what they say, and are refused when they are not
// what they should be.
//
//   g++ -std=c++17 -Wall -Wextra -g -O1 -fsanitize=address,undefined -Inative
//     test/native/system_text_test.cc native/system_text.cc -o system_text_test &&
//     ./system_text_test

#include "system_text.h"

#include <cmath>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace vsr_metrics;

namespace {

int failures = 0;

void Report(const char* name, bool ok, const std::string& why = "see the test") {
  if (ok) {
    printf("ok %s\n", name);
  } else {
    printf("not ok %s: %s\n", name, why.c_str());
    ++failures;
  }
}

bool Is(const std::optional<ByteCounts>& counts, uint64_t in, uint64_t out) {
  return counts && counts->in == in && counts->out == out;
}

// ---- captured ----

const char kStatm[] = "284411 12873 10240 9000 0 30112 0\n";

const char kIo[] =
    "rchar: 323934931\nwchar: 323929600\nsyscr: 632687\nsyscw: 632675\n"
    "read_bytes: 8192\nwrite_bytes: 323932160\ncancelled_write_bytes: 4096\n";

const char kNetHead[] =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
    "fifo colls carrier compressed\n";
const char kNetLo[] =
    "    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0  "
    "  0     0       0          0\n";
const char kNetEth0[] =
    "  eth0: 419380617   10497    0    0    0     0          0         0   594887    6074    0    "
    "0    0     0       0          0\n";
const char kNetEth1[] = "enp0s31f6:1000 1 0 0 0 0 0 0 2000 1 0 0 0 0 0 0\n";
const char kNetStacked[] =
    "veth1a2b3c: 70 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\ndocker0: 70 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n"
    "br-44ab: 70 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n   br0: 70 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n"
    " bond0: 70 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\neth0.100: 70 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n"
    "   wg0: 70 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n  ifb0: 70 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n";

const char kDiskstats[] =
    "   7       0 loop0 11 0 22 0 33 0 44 0 0 0 0 0 0 0 0 0 0\n"
    " 254       0 vda 96215 10000 6141826 68405 15362 19351 3102240 5282 0 8300 74019 4173 78 "
    "298832 "
    "279 1682 51\n"
    " 254       1 vda1 90000 10000 6000000 68405 15000 19351 3000000 5282 0 8300 74019\n"
    " 253       0 zram0 5 0 5 0 5 0 5 0 0 0 0 0 0 0 0 0 0\n"
    " 259       0 nvme0n1 10 0 100 0 20 0 200 0 0 0 0\n"
    " 259       1 nvme0n1p1 9 0 90 0 19 0 190 0 0 0 0\n"
    " 259       2 nvme0n112 1 0 1 0 1 0 1 0 0 0 0\n"
    " 259       3 nvme0c0n1 10 0 100 0 20 0 200 0 0 0 0\n"
    "   8       0 sda 3 0 30 0 4 0 40 0 0 0 0\n"
    "   8       1 sda1 1 0 10 0 1 0 10 0 0 0 0\n"
    "   8      16 sdaa 5 0 50 0 6 0 60 0 0 0 0\n"
    " 252       0 dm-0 3 0 30 0 4 0 40 0 0 0 0\n"
    "   9     127 md127 3 0 30 0 4 0 40 0 0 0 0\n";

const char kStat[] =
    "cpu  40999 7 4663 398059 523 3 88 16 100 5\n"
    "cpu0 20827 0 1742 199577 23 0 28 3 0 0\nintr 474362 0 0\n";

const char kMeminfo[] =
    "MemTotal:       24684092 kB\nMemFree:        23983232 kB\nMemAvailable:   24236104 kB\n"
    "Buffers:            6584 kB\n";

const char kMemoryStat[] =
    "anon 11354112\nfile 9383936\ninactive_anon 7\ninactive_file 16384\n"
    "inactive_file_extra 5\n";

// ---- one by one ----

void TestProcess() {
  Report("statm: the resident pages", ParseResidentPages(kStatm) == 12873u);
  Report("statm: refused when short or not numbers",
         !ParseResidentPages("") && !ParseResidentPages("284411") &&
             !ParseResidentPages("284411 x") && !ParseResidentPages("284411 -1") &&
             !ParseResidentPages("1 99999999999999999999"));
  Report("io: bytes of block devices, not of calls",
         Is(ParseProcessDiskBytes(kIo), 8192, 323932160));
  Report("io: refused when a field is missing or malformed",
         !ParseProcessDiskBytes("") && !ParseProcessDiskBytes("read_bytes: 1\n") &&
             !ParseProcessDiskBytes("read_bytes: 1\nwrite_bytes:\n") &&
             !ParseProcessDiskBytes("read_bytes: 1\nwrite_bytes: two\n") &&
             !ParseProcessDiskBytes("xread_bytes: 1\nwrite_bytes: 2\n"));
}

void TestNetwork() {
  const std::string head = kNetHead;
  Report("network: loopback does not count",
         Is(ParseNetworkDevices(head + kNetLo + kNetEth0), 419380617, 594887));
  Report("network: interfaces add up, with no blank after the name too",
         Is(ParseNetworkDevices(head + kNetEth0 + kNetEth1), 419381617, 596887));
  Report("network: bytes that pass a bridge or tunnel are counted once",
         Is(ParseNetworkDevices(head + kNetStacked + kNetEth0), 419380617, 594887));
  Report(
      "network: where there is nothing but tunnels, they count",
      Is(ParseNetworkDevices(head + kNetLo + "  tun0: 70 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n"), 70, 7));
  Report("network: loopback alone is no traffic", Is(ParseNetworkDevices(head + kNetLo), 0, 0));
  const auto one = ParseNetworkDevices(head + kNetEth0);
  const auto two = ParseNetworkDevices(head + kNetEth0 + kNetEth1);
  const auto veth = ParseNetworkDevices(head + kNetEth0 + kNetStacked);
  Report("network: another set of interfaces is another source",
         one && two && veth && one->source != two->source && one->source == veth->source);
  Report("network: refused when malformed",
         !ParseNetworkDevices("") && !ParseNetworkDevices(head + "eth0 12 1\n") &&
             !ParseNetworkDevices(head + "eth0: 12 1\n") &&
             !ParseNetworkDevices(head + ": 1 1 0 0 0 0 0 0 7 1\n") &&
             !ParseNetworkDevices(head + "eth0: x 1 0 0 0 0 0 0 7 1\n") &&
             !ParseNetworkDevices(head + kNetEth0 + "garbage\n"));
}

void TestDisks() {
  const auto counts = ParseDiskstats(kDiskstats);
  // vda, nvme0n1, nvme0n112, sda, sdaa
  Report("disks: operations of whole disks only",
         counts && counts->operations == 96215 + 15362 + 10 + 20 + 1 + 1 + 3 + 4 + 5 + 6,
         counts ? std::to_string(counts->operations) : "nothing");
  Report("disks: sectors are 512 bytes",
         counts && counts->bytes.in == 512ull * (6141826 + 100 + 1 + 30 + 50) &&
             counts->bytes.out == 512ull * (3102240 + 200 + 1 + 40 + 60));
  const auto more = ParseDiskstats(std::string(kDiskstats) + " 8 32 sdc 1 0 1 0 1 0 1 0 0 0 0\n");
  const auto part = ParseDiskstats(std::string(kDiskstats) + " 7 9 loop9 1 0 1 0 1 0 1 0 0 0 0\n");
  Report("disks: another disk is another source", counts && more && part &&
                                                      more->bytes.source != counts->bytes.source &&
                                                      part->bytes.source == counts->bytes.source);
  Report("disks: nothing where there is none",
         !ParseDiskstats("") && !ParseDiskstats("   7 0 loop0 1 0 1 0 1 0 1 0 0 0 0\n"));
  Report("disks: refused when malformed",
         !ParseDiskstats("8 0 sda 3 0 30 0 4\n") && !ParseDiskstats("8 0\n") &&
             !ParseDiskstats("8 0 sda a b c d e f g\n") && !ParseDiskstats("\n"));
}

void TestMachine() {
  const auto times = ParseCpuTimes(kStat);
  Report("stat: idle is idle and waiting for disks, guest time is not counted twice",
         times && times->total == 40999 + 7 + 4663 + 398059 + 523 + 3 + 88 + 16 &&
             times->total - times->busy == 398059 + 523);
  const auto old = ParseCpuTimes("cpu 1 2 3 4\n");
  Report("stat: of an old kernel", old && old->total == 10 && old->busy == 6);
  Report("stat: refused when malformed",
         !ParseCpuTimes("") && !ParseCpuTimes("cpu0 1 2 3 4\n") && !ParseCpuTimes("cpu 1 2 3\n") &&
             !ParseCpuTimes("cpu 1 2 3 x\n") && !ParseCpuTimes("cpu 1 2 3 4 -5\n"));

  const auto memory = ParseMeminfo(kMeminfo);
  Report("meminfo: used is what is not available",
         memory && memory->total_bytes == 24684092ull * 1024 &&
             memory->used_bytes == (24684092ull - 24236104ull) * 1024);
  Report("meminfo: refused when impossible",
         !ParseMeminfo("") && !ParseMeminfo("MemTotal: 5 kB\n") &&
             !ParseMeminfo("MemTotal: 5 kB\nMemAvailable: 6 kB\n") &&
             !ParseMeminfo("MemTotal: 18446744073709551615 kB\nMemAvailable: 6 kB\n"));
}

void TestLimits() {
  Report("limit: a number, or max", ParseLimit("536870912\n") == 536870912u &&
                                        ParseLimit("max\n") == UINT64_MAX && ParseLimit("0") == 0u);
  Report("limit: refused when malformed",
         !ParseLimit("") && !ParseLimit("\n") && !ParseLimit("maximum\n") && !ParseLimit("-1\n"));
  Report("cpu.max: processors, whole and in part",
         ParseCpuMax("200000 100000\n") == 2.0 && ParseCpuMax("50000 100000\n") == 0.5 &&
             std::isinf(ParseCpuMax("max 100000\n").value_or(0)));
  Report("cpu.max: refused when malformed",
         !ParseCpuMax("") && !ParseCpuMax("100000\n") && !ParseCpuMax("100000 0\n") &&
             !ParseCpuMax("0 100000\n") && !ParseCpuMax("-2 100000\n"));
  Report("cpu.cfs_quota_us: processors, and -1 for no limit",
         ParseCpuQuota("150000\n", "100000\n") == 1.5 &&
             std::isinf(ParseCpuQuota("-1\n", "100000\n").value_or(0)) &&
             !ParseCpuQuota("150000\n", "") && !ParseCpuQuota("", "100000\n"));
  Report("a key is found whole, not as the start of another",
         FindNumber(kMemoryStat, "inactive_file") == 16384u &&
             FindNumber(kMemoryStat, "inactive") == std::nullopt &&
             FindNumber(kMeminfo, "MemTotal") == 24684092u);
}

using Directories = std::vector<std::string>;

const char kMountsV2[] =
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
const char kMountsV1[] =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:1 master:2 - cgroup cgroup "
    "rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";
const char kMountsContainer[] =
    "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro,relatime - cgroup cgroup rw,memory\n";

void TestCgroups() {
  Report("cgroup v2: every level up to the mount",
         CgroupDirectories("0::/system.slice/replica.service\n", kMountsV2, "") ==
             Directories{"/sys/fs/cgroup/system.slice/replica.service",
                         "/sys/fs/cgroup/system.slice", "/sys/fs/cgroup"});
  Report("cgroup v2: in a namespace of its own",
         CgroupDirectories("0::/\n", kMountsV2, "") == Directories{"/sys/fs/cgroup"} &&
             CgroupDirectories("0::/../other\n", kMountsV2, "") == Directories{"/sys/fs/cgroup"});
  Report("cgroup v1: by controller, of several on one line too",
         CgroupDirectories("9:memory:/a\n4:cpu,cpuacct:/a/b\n0::/\n", kMountsV1, "cpu") ==
                 Directories{"/sys/fs/cgroup/cpu,cpuacct/a/b", "/sys/fs/cgroup/cpu,cpuacct/a",
                             "/sys/fs/cgroup/cpu,cpuacct"} &&
             CgroupDirectories("9:memory:/a\n", kMountsV1, "memory") ==
                 Directories{"/sys/fs/cgroup/memory/a", "/sys/fs/cgroup/memory"});
  Report("cgroup v1: in a container that sees the path of its host",
         CgroupDirectories("9:memory:/docker/abc/inner\n", kMountsContainer, "memory") ==
                 Directories{"/sys/fs/cgroup/memory/inner", "/sys/fs/cgroup/memory"} &&
             CgroupDirectories("9:memory:/docker/abc\n", kMountsContainer, "memory") ==
                 Directories{"/sys/fs/cgroup/memory"} &&
             CgroupDirectories("9:memory:/docker/abcdef\n", kMountsContainer, "memory") ==
                 Directories{"/sys/fs/cgroup/memory"});
  Report("cgroup: a mount point with a blank",
         CgroupDirectories("0::/x\n", "1 2 0:3 / /my\\040groups rw - cgroup2 cgroup2 rw\n", "") ==
             Directories{"/my groups/x", "/my groups"});
  Report("cgroup: none where it is not mounted or not named",
         CgroupDirectories("0::/x\n", kMountsV1, "").empty() &&
             CgroupDirectories("9:memory:/a\n", kMountsV1, "cpu").empty() &&
             CgroupDirectories("", kMountsV2, "").empty() &&
             CgroupDirectories("garbage\n0\n0:\n", kMountsV2, "").empty() &&
             CgroupDirectories("0::/x\n", "1 2 3 4 5 6 7 8 9\n", "").empty());
  std::string deep = "0::";
  for (int i = 0; i < 1000; ++i) deep += "/d";
  Report("cgroup: a path without end is cut", CgroupDirectories(deep, kMountsV2, "").size() == 8);
}

// Every parser on every text, changed at random. The sanitizers watch; the copy is of the exact
// size, so that one byte too far is noticed.
void TestHostileTexts() {
  const std::string texts[] = {kStatm,
                               kIo,
                               std::string(kNetHead) + kNetLo + kNetEth0,
                               kStat,
                               kMeminfo,
                               kDiskstats,
                               kMountsV2,
                               kMountsV1,
                               kMemoryStat,
                               "max 100000\n",
                               "0::/a/b\n9:memory:/c\n"};
  std::mt19937 random(20240229);
  int answers = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = texts[random() % std::size(texts)];
    for (unsigned changes = random() % 8; changes > 0 && !text.empty(); --changes) {
      const size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = char(random());
          break;
        case 1:
          text.erase(at, random() % 40);
          break;
        case 2:
          text.insert(at, text.substr(random() % text.size(), random() % 40));
          break;
        default:
          text.resize(at);
      }
    }
    const std::unique_ptr<char[]> copy(new char[text.size()]);
    text.copy(copy.get(), text.size());
    const std::string_view view(copy.get(), text.size());
    answers += ParseResidentPages(view).has_value() + ParseProcessDiskBytes(view).has_value() +
               ParseNetworkDevices(view).has_value() + ParseDiskstats(view).has_value() +
               ParseCpuTimes(view).has_value() + ParseMeminfo(view).has_value() +
               ParseLimit(view).has_value() + ParseCpuMax(view).has_value() +
               FindNumber(view, "inactive_file").has_value();
    for (const char* controller : {"", "memory"}) {
      answers += int(CgroupDirectories(view, kMountsV1, controller).size());
      answers += int(CgroupDirectories("0::/a/b\n9:memory:/c\n", view, controller).size());
    }
  }
  Report("20,000 damaged texts harm nobody", answers > 1000, std::to_string(answers) + " answers");
}

}  // namespace

int main() {
  TestProcess();
  TestNetwork();
  TestDisks();
  TestMachine();
  TestLimits();
  TestCgroups();
  TestHostileTexts();
  return failures == 0 ? 0 : 1;
}
