#include "system_text.h"

#include <algorithm>
#include <limits>

#include "text_scanner.h"

namespace vsr_metrics {
namespace {

constexpr uint64_t kHashStart = 14695981039346656037u;  // FNV-1a

uint64_t HashInto(uint64_t hash, std::string_view name) {
  for (const char byte : name) hash = (hash ^ uint8_t(byte)) * 1099511628211u;
  return (hash ^ 0xff) * 1099511628211u;  // ends the name: "ab","c" is not "a","bc"
}

template <size_t kCount>
bool StartsWithAny(std::string_view name, const std::string_view (&prefixes)[kCount]) {
  for (const std::string_view prefix : prefixes) {
    if (StartsWith(name, prefix)) return true;
  }
  return false;
}

// Carries bytes that another interface of the same list counts too.
bool IsStackedInterface(std::string_view name) {
  static constexpr std::string_view kPrefixes[] = {
      "veth",    "docker", "br-",    "bridge", "virbr", "vnet",      "cni", "flannel", "cali",
      "cilium",  "lxc",    "lxd",    "podman", "bond",  "team",      "ifb", "tun",     "tap",
      "wg",      "vxlan",  "geneve", "gre",    "dummy", "macvtap",   "sit", "ip6tnl",  "ip_vti",
      "ip6_vti", "ip6gre", "erspan", "tunl",   "nlmon", "tailscale", "vlan"};
  const bool is_bridge = StartsWith(name, "br") && IsDigits(name.substr(2));
  const bool is_vlan = name.find('.') != std::string_view::npos;
  return is_bridge || is_vlan || StartsWithAny(name, kPrefixes);
}

// Not a disk, or made from disks that are in the list themselves.
bool IsStackedDevice(std::string_view name) {
  static constexpr std::string_view kPrefixes[] = {"loop", "ram", "zram",   "dm-", "md",
                                                   "drbd", "sr",  "bcache", "fd",  "zd"};
  // nvme0c1n1 is one of the paths to nvme0n1.
  const bool is_path = StartsWith(name, "nvme") && name.find('c', 4) != std::string_view::npos;
  return is_path || StartsWithAny(name, kPrefixes);
}

// sda1 of sda, nvme0n1p2 of nvme0n1; but sdaa is not of sda, and nvme0n12 is not of nvme0n1.
bool IsPartitionOf(std::string_view disk, std::string_view name) {
  if (disk.empty() || !StartsWith(name, disk)) return false;
  std::string_view rest = name.substr(disk.size());
  if (IsDigits(disk.substr(disk.size() - 1))) {
    if (!StartsWith(rest, "p")) return false;
    rest.remove_prefix(1);
  }
  return IsDigits(rest);
}

// Mount points are written with blanks and backslashes as \ooo.
std::string Unescape(std::string_view text) {
  std::string result;
  const auto octal = [&](size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '7';
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3)) {
      result += char((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

bool HasItem(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    const size_t end = list.find(',');
    if (list.substr(0, end) == item) return true;
    if (end == std::string_view::npos) return false;
    list.remove_prefix(end + 1);
  }
  return false;
}

// The process's path in a hierarchy: of lines "4:cpu,cpuacct:/path", and "0::/path" for v2.
std::optional<std::string_view> FindCgroupPath(std::string_view text, std::string_view controller) {
  std::string_view line;
  while (TakeLine(&text, &line)) {
    const size_t first = line.find(':');
    if (first == std::string_view::npos) continue;
    const size_t second = line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const bool wanted = controller.empty() ? controllers.empty() : HasItem(controllers, controller);
    if (wanted) return line.substr(second + 1);
  }
  return std::nullopt;
}

struct Mount {
  std::string root;   // which part of the hierarchy is mounted
  std::string point;  // where
};

// 31 23 0:28 ROOT POINT OPTIONS [TAG...] - TYPE SOURCE SUPEROPTIONS
std::optional<Mount> FindCgroupMount(std::string_view text, std::string_view controller) {
  std::string_view line;
  while (TakeLine(&text, &line)) {
    std::string_view root, point, word, type, options;
    if (!SkipWords(&line, 3) || !TakeWord(&line, &root) || !TakeWord(&line, &point)) continue;
    while (TakeWord(&line, &word) && word != "-") {
    }
    if (!TakeWord(&line, &type) || !SkipWords(&line, 1) || !TakeWord(&line, &options)) continue;
    const bool wanted =
        controller.empty() ? type == "cgroup2" : type == "cgroup" && HasItem(options, controller);
    if (wanted) return Mount{Unescape(root), Unescape(point)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<uint64_t> ParseResidentPages(std::string_view text) {
  uint64_t size, resident;
  if (!TakeNumber(&text, &size) || !TakeNumber(&text, &resident)) return std::nullopt;
  return resident;
}

std::optional<ByteCounts> ParseProcessDiskBytes(std::string_view text) {
  const auto in = FindNumber(text, "read_bytes");
  const auto out = FindNumber(text, "write_bytes");
  if (!in || !out) return std::nullopt;
  return ByteCounts{*in, *out, HashInto(kHashStart, "process")};
}

std::optional<ByteCounts> ParseNetworkDevices(std::string_view text) {
  if (text.empty()) return std::nullopt;
  ByteCounts outer{0, 0, kHashStart};
  ByteCounts stacked{0, 0, kHashStart};
  bool has_outer = false;
  std::string_view line;
  while (TakeLine(&text, &line)) {
    if (line.find('|') != std::string_view::npos) continue;  // the two lines of headings
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view name_part = line.substr(0, colon);
    std::string_view numbers = line.substr(colon + 1);
    std::string_view name;
    uint64_t received, transmitted;
    if (!TakeWord(&name_part, &name) || !TakeNumber(&numbers, &received) ||
        !SkipWords(&numbers, 7) || !TakeNumber(&numbers, &transmitted)) {
      return std::nullopt;
    }
    if (name == "lo") continue;
    const bool is_stacked = IsStackedInterface(name);
    has_outer = has_outer || !is_stacked;
    ByteCounts* sum = is_stacked ? &stacked : &outer;
    sum->in += received;
    sum->out += transmitted;
    sum->source = HashInto(sum->source, name);
  }
  return has_outer ? outer : stacked;
}

std::optional<DiskCounts> ParseDiskstats(std::string_view text) {
  DiskCounts sum;
  sum.bytes.source = kHashStart;
  std::string_view line, disk;
  while (TakeLine(&text, &line)) {
    std::string_view name;
    uint64_t reads, sectors_read, writes, sectors_written;
    if (!SkipWords(&line, 2) || !TakeWord(&line, &name)) return std::nullopt;
    if (IsStackedDevice(name) || IsPartitionOf(disk, name)) continue;
    disk = name;  // its partitions follow it
    if (!TakeNumber(&line, &reads) || !SkipWords(&line, 1) || !TakeNumber(&line, &sectors_read) ||
        !SkipWords(&line, 1) || !TakeNumber(&line, &writes) || !SkipWords(&line, 1) ||
        !TakeNumber(&line, &sectors_written)) {
      return std::nullopt;
    }
    sum.operations += reads + writes;
    sum.bytes.in += sectors_read * 512;  // whatever the disk's own sectors are
    sum.bytes.out += sectors_written * 512;
    sum.bytes.source = HashInto(sum.bytes.source, name);
  }
  if (disk.empty()) return std::nullopt;
  return sum;
}

std::optional<CpuTimes> ParseCpuTimes(std::string_view text) {
  std::string_view line, word;
  if (!TakeLine(&text, &line) || !TakeWord(&line, &word) || word != "cpu") return std::nullopt;
  // user nice system idle iowait irq softirq steal; guest time is part of user time.
  uint64_t times[8] = {};
  int count = 0;
  while (count < 8 && TakeWord(&line, &word)) {
    if (!ToNumber(word, &times[count++])) return std::nullopt;
  }
  if (count < 4) return std::nullopt;
  CpuTimes result;
  for (const uint64_t time : times) result.total += time;
  result.busy = result.total - times[3] - times[4];
  return result;
}

std::optional<MemoryAmounts> ParseMeminfo(std::string_view text) {
  const auto total = FindNumber(text, "MemTotal");
  const auto available = FindNumber(text, "MemAvailable");
  if (!total || !available || *available > *total) return std::nullopt;
  if (*total > UINT64_MAX / 1024) return std::nullopt;
  return MemoryAmounts{*total * 1024, (*total - *available) * 1024};
}

std::optional<uint64_t> FindNumber(std::string_view text, std::string_view key) {
  std::string_view line;
  while (TakeLine(&text, &line)) {
    if (!StartsWith(line, key)) continue;
    line.remove_prefix(key.size());
    if (StartsWith(line, ":")) {
      line.remove_prefix(1);
    } else if (!StartsWith(line, " ")) {
      continue;  // a longer key
    }
    uint64_t number;
    if (!TakeNumber(&line, &number)) return std::nullopt;
    return number;
  }
  return std::nullopt;
}

std::optional<uint64_t> ParseLimit(std::string_view text) {
  std::string_view word;
  uint64_t limit;
  if (!TakeWord(&text, &word)) return std::nullopt;
  if (word == "max") return UINT64_MAX;
  if (!ToNumber(word, &limit)) return std::nullopt;
  return limit;
}

std::optional<double> ParseCpuMax(std::string_view text) {
  std::string_view quota;
  if (!TakeWord(&text, &quota)) return std::nullopt;
  return ParseCpuQuota(quota, text);
}

std::optional<double> ParseCpuQuota(std::string_view quota, std::string_view period) {
  std::string_view word;
  uint64_t allowed, of;
  if (!TakeWord(&quota, &word)) return std::nullopt;
  if (word == "max" || word == "-1") return std::numeric_limits<double>::infinity();
  if (!ToNumber(word, &allowed) || !TakeNumber(&period, &of)) return std::nullopt;
  if (allowed == 0 || of == 0) return std::nullopt;
  return double(allowed) / double(of);
}

std::vector<std::string> CgroupDirectories(std::string_view cgroup, std::string_view mountinfo,
                                           std::string_view controller) {
  constexpr size_t kLevelsMax = 8;
  const auto path = FindCgroupPath(cgroup, controller);
  const auto mount = FindCgroupMount(mountinfo, controller);
  if (!path || !mount) return {};

  // Without a cgroup namespace a container sees the path from the host's root, while only its own
  // part of the hierarchy is mounted.
  std::string_view below = *path;
  if (mount->root != "/") {
    const std::string_view rest = below.substr(std::min(below.size(), mount->root.size()));
    const bool inside = StartsWith(below, mount->root) && (rest.empty() || rest[0] == '/');
    below = inside ? rest : std::string_view();
  }
  // "/../x" is a path outside of our namespace: all we can see is what is mounted.
  if (StartsWith(below, "/..")) below = {};

  std::vector<std::string> directories;
  while (directories.size() < kLevelsMax) {
    while (!below.empty() && below.back() == '/') below.remove_suffix(1);
    directories.push_back(mount->point + std::string(below));
    if (below.empty()) break;
    below = below.substr(0, below.rfind('/') + 1);
  }
  return directories;
}

}  // namespace vsr_metrics
