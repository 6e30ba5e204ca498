/// Writes bytes in base 64 (RFC 4648, section 4), with padding.
func base64(_ bytes: [UInt8]) -> String {
  var text: [UInt8] = []
  text.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let part = bytes[start..<min(start + 3, bytes.count)]
    var bits = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
    var letters: [UInt8] = []
    for place in 0..<4 {
      letters.append(place >= 3 - part.count ? digits[bits & 63] : UInt8(ascii: "="))
      bits >>= 6
    }
    text += letters.reversed()
  }
  return String(decoding: text, as: UTF8.self)
}

private let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
