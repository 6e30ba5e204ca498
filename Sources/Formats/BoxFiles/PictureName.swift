/// The video and the frame that the name of a picture speaks of.
public struct PictureName: Equatable, Sendable {
  /// Nil where the name has none, as in "frame_000012".
  public let video: String?
  public let frame: Int

  /// Words that stand before a number and are no video's name: what the number is, or the ending of a film.
  private static let words: Set = [
    "", "frame", "frames", "img", "image", "images", "picture", "pic", "f", "thumb", "mp4", "mov", "avi", "mkv", "webm",
    "m4v", "mpg", "wmv", "ts",
  ]
  /// Folders that hold labels or pictures of any video.
  private static let folders: Set = ["labels", "label", "img1", "train", "val", "test", "obj_train_data", "data", "."]
  private static let separators: Set<Character> = ["_", "-", ".", " "]

  /// Reads a path without its extension: "clip_12", "clip/frame_000012", "clip_mp4-12_jpg.rf.0a1b".
  ///
  /// - Parameter videos: The names that there are; one of them that the path begins with is meant, digits and all.
  /// - Returns: Nil where no number stands at the end.
  public init?(_ path: String, videos: [String]) {
    let parts = path.split(separator: "/").map(String.init)
    guard let last = parts.last else { return nil }
    // What Roboflow appends to a picture's name.
    let name =
      last.firstRange(of: ".rf.").map { last[..<$0.lowerBound].split(separator: "_").dropLast().joined(separator: "_") }
      ?? last
    let folder = parts.dropLast().last.flatMap { Self.isGeneric($0) ? nil : $0 }
    for video in videos.sorted(by: { $0.count > $1.count }) where name.hasPrefix(video) {
      if let (before, frame) = Self.split(String(name.dropFirst(video.count))), Self.isWords(before) {
        (self.video, self.frame) = (video, frame)
        return
      }
    }
    guard let (before, frame) = Self.split(name) else { return nil }
    self.frame = frame
    if let folder, videos.contains(folder) || Self.isWords(before) {
      video = folder
    } else {
      video = Self.isWords(before) ? nil : Self.withoutSeparators(before)
    }
  }

  /// What stands before the digits at the end, and their number.
  private static func split(_ name: String) -> (before: String, frame: Int)? {
    let digits = String(name.reversed().prefix { $0.isASCII && $0.isNumber }.reversed())
    guard digits.count <= 12, let frame = Int(digits) else { return nil }
    return (String(name.dropLast(digits.count)), frame)
  }

  private static func isWords(_ text: String) -> Bool {
    text.lowercased().split(whereSeparator: separators.contains).allSatisfy { words.contains(String($0)) }
  }

  private static func isGeneric(_ folder: String) -> Bool {
    folders.contains(folder.lowercased()) || isWords(folder)
  }

  private static func withoutSeparators(_ text: String) -> String {
    String(text.reversed().drop { separators.contains($0) }.reversed())
  }
}
