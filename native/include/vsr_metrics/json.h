// The little JSON that a region holds: descriptions of families and the labels of series.
//
//   for (const JsonMember& member : ReadJson(R"({"unit":"ms","labels":["status"]})")) ...
//   QuoteJson("a \"b\"")   // as JSON.stringify writes it: a key must be the same to the byte
#ifndef VSR_METRICS_JSON_H_
#define VSR_METRICS_JSON_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vsr_metrics {

// The name is empty in an array. Both are text as it stands there; Unquoted() takes the quotes off.
struct JsonMember {
  std::string_view name;
  std::string_view value;
};

namespace json_internal {

// Behind the string that begins at `at`, or the end of the text.
inline size_t EndOfString(std::string_view text, size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

// Behind the value that begins at `at`: where its comma or closing bracket stands.
inline size_t EndOfValue(std::string_view text, size_t at) {
  for (int depth = 0; at < text.size();) {
    const char character = text[at];
    if (character == '"') {
      at = EndOfString(text, at);
      continue;
    }
    if (character == '{' || character == '[') ++depth;
    if (depth == 0 && (character == ',' || character == '}' || character == ']')) return at;
    if (character == '}' || character == ']') --depth;
    ++at;
  }
  return text.size();
}

// How many bytes the UTF-8 character that begins here has; 0: it is none.
inline size_t CharacterSize(std::string_view text) {
  const auto byte = [text](size_t index) {
    return index < text.size() ? uint8_t(text[index]) : uint8_t{0};
  };
  const auto continues = [&byte](size_t index) { return (byte(index) & 0xc0) == 0x80; };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    // Neither longer than needed nor half of a surrogate pair.
    if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) >= 0xa0)) return 0;
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (first < 0xf0 || first > 0xf4 || (first == 0xf0 && byte(1) < 0x90) ||
      (first == 0xf4 && byte(1) >= 0x90)) {
    return 0;
  }
  return continues(1) && continues(2) && continues(3) ? 4 : 0;
}

}  // namespace json_internal

// The members of an object or an array as JSON.stringify writes them, without spaces.
inline std::vector<JsonMember> ReadJson(std::string_view text) {
  using namespace json_internal;
  std::vector<JsonMember> members;
  if (text.size() < 2 || (text[0] != '{' && text[0] != '[')) return members;
  for (size_t at = 1; at < text.size() - 1;) {
    JsonMember member;
    if (text[0] == '{') {
      const size_t colon = EndOfString(text, at);
      if (text[at] != '"' || colon >= text.size() || text[colon] != ':') break;
      member.name = text.substr(at + 1, colon - at - 2);
      at = colon + 1;
    }
    const size_t end = EndOfValue(text, at);
    member.value = text.substr(at, end - at);
    members.push_back(member);
    at = end + 1;
  }
  return members;
}

// For names and units, which hold nothing that would be escaped.
inline std::string_view Unquoted(std::string_view value) {
  return value.size() < 2 ? value : value.substr(1, value.size() - 2);
}

inline std::string QuoteJson(std::string_view text) {
  std::string quoted = "\"";
  for (const char character : text) {
    const auto code = uint8_t(character);
    const size_t named = std::string_view("\b\f\n\r\t\"\\").find(character);
    if (named != std::string_view::npos) {
      quoted += '\\';
      quoted += "bfnrt\"\\"[named];
    } else if (code < 0x20) {
      quoted += "\\u00";
      quoted += "01"[code >> 4];
      quoted += "0123456789abcdef"[code & 15];
    } else {
      quoted += character;
    }
  }
  return quoted + '"';
}

inline bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t size = json_internal::CharacterSize(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

}  // namespace vsr_metrics

#endif  // VSR_METRICS_JSON_H_
