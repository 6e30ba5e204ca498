internal import Files

/// The version of libjpeg-turbo that is in use, such as "2.1.5"; nil where it does not say.
///
/// No call of TurboJPEG's tells it, so it is read in the library's own file, where it stands as text.
public func turboJPEGVersion() -> String? {
  guard let maps = try? readFile("/proc/self/maps", doing: "looking for libjpeg-turbo", limit: 16 << 20),
    let line = String(decoding: maps, as: UTF8.self).split(separator: "\n").first(where: {
      $0.contains("/libturbojpeg.so")
    }), let start = line.firstIndex(of: "/"),
    let file = try? readFile(String(line[start...]), doing: "reading libjpeg-turbo", limit: 64 << 20),
    let found = file.firstRange(of: Array("libjpeg-turbo version ".utf8))
  else { return nil }
  return String(decoding: file[found.upperBound...].prefix { $0 > 32 && $0 < 127 }.prefix(32), as: UTF8.self)
}
