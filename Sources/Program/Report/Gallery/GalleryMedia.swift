internal import Files
internal import Video

/// Where a gallery has its pictures and videos.
public enum GalleryMedia: String, CaseIterable, Sendable {
  /// Pictures beside the page; the page refers to the video where it is.
  case link
  /// Pictures beside the page, and a copy of the video.
  case copy
  /// Pictures and video in the page itself, which is one file then.
  case embed

  /// A video of more bytes is not put into a page.
  public static let embeddedLimit = 100_000_000
}

/// A video file as a page refers to it.
struct GalleryFilm {
  /// The address, relative to the page; nil for one inside of the page.
  var address: String?
  /// The bytes of a video inside of the page.
  var content: [UInt8] = []
  /// What browsers call its kind of file.
  var type: String
}

/// Why browsers may not play a video; nil where all usual ones do.
///
/// Browsers play H.264 with 8 bits and half the colour in MP4, and VP8, VP9 and AV1 in MP4 or WebM. What else one or the other
/// of them plays (HEVC, Matroska) nobody can rely on.
func unplayable(_ info: VideoInfo) -> String? {
  guard let stream = info.streams.first(where: { $0.index == info.chosenStream }) else { return nil }
  let format = stream.pixelFormat ?? ""
  let isPlain = ["yuv420p", "yuvj420p", ""].contains(format)
  switch (stream.codec, info.container) {
  case ("h264", mp4) where isPlain: return nil
  case ("h264", mp4): return "H.264 in \(format)"
  case ("vp9", mp4), ("av1", mp4), ("vp8", webM), ("vp9", webM), ("av1", webM): return nil
  default: return "\(stream.codec) in \(info.container)"
  }
}

/// What libav calls the containers that browsers read.
private let (mp4, webM) = ("QuickTime / MOV", "Matroska / WebM")

/// The kind of a video file, as a page has to say it of one that has no name.
func mediaType(_ info: VideoInfo) -> String { info.container == mp4 ? "video/mp4" : "video/webm" }

/// The address of a file relative to a folder, both as they are written: links are not followed, for a browser follows none.
func relativeAddress(of path: String, from folder: String) -> String {
  let (target, base) = (plainParts(path), plainParts(folder))
  let shared = zip(target, base).prefix { $0 == $1 }.count
  let up = [String](repeating: "..", count: base.count - shared)
  return (up + target.dropFirst(shared).map(addressPart)).joined(separator: "/")
}

/// The folders and the name of a path from the root, without "." and "..".
private func plainParts(_ path: String) -> [String] {
  var parts: [String] = []
  for part in absolutePath(path).split(separator: "/").map(String.init) where part != "." {
    if part == ".." { _ = parts.popLast() } else { parts.append(part) }
  }
  return parts
}

/// A part of an address (RFC 3986): everything but unreserved characters as the bytes of its UTF-8.
func addressPart(_ name: String) -> String {
  var text = ""
  for byte in name.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "~"):
      text.unicodeScalars.append(Unicode.Scalar(byte))
    default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
  }
  return text
}
