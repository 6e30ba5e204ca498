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
  /// - Parameter videos: The names that there are. Of the one that its folder is called like, else of the one that its name begins
  ///   with, digits and all, else of one that is called like a folder of labels.
  /// - Returns: Nil where no number stands at the end.
  public init?(_ path: String, videos: [String]) {
    guard let last = path.split(separator: "/").last.map(String.init) else { return nil }
    let name = Self.withoutSuffix(last)
    guard let (before, frame) = Self.split(name) else { return nil }
    self.frame = frame
    let folder = Self.folder(of: path)
    if let folder, videos.contains(folder) {
      video = folder
    } else if let beginning = Self.beginning(of: name, in: videos) {
      video = beginning
    } else if let parent = Self.parent(of: path), videos.contains(parent) {
      video = parent
    } else if Self.isWords(before) {
      video = folder
    } else {
      video = Self.withoutSeparators(before)
    }
  }

  /// The longest of some names that a picture's begins with, where a number follows. Numbers and words are not cut: "phone_25" is a
  /// frame of "phone", beside a "phone_2", too.
  private static func beginning(of name: String, in videos: [String]) -> String? {
    videos.filter { video in
      guard name.hasPrefix(video) else { return false }
      let rest = name.dropFirst(video.count)
      if let last = video.last, let next = rest.first, isDigit(last) && isDigit(next) || last.isLetter && next.isLetter
      {
        return false
      }
      return split(String(rest)).map { isWords($0.before) } ?? false
    }.max { $0.count < $1.count }
  }

  /// The video whose folder a picture lies in: one of those that there are, where one is called like it. A folder of labels is one
  /// ("train") where the picture's name does not say another.
  public static func folder(of path: String, among videos: [String]) -> String? {
    guard let parent = parent(of: path), videos.contains(parent) else { return nil }
    let name = path.split(separator: "/").last.map { withoutSuffix(String($0)) } ?? path
    return isGeneric(parent) && beginning(of: name, in: videos) != nil ? nil : parent
  }

  /// The folder that a picture lies in, where it may be a video's; nil for none, and for one of labels or pictures of any video.
  public static func folder(of path: String) -> String? { parent(of: path).flatMap { isGeneric($0) ? nil : $0 } }

  private static func parent(of path: String) -> String? {
    path.split(separator: "/").dropLast().last.map(String.init)
  }

  /// A picture's own name: its path without folder and ending.
  public static func stem(_ path: String) -> String {
    withoutPictureEnding(path.split(separator: "/").last.map(String.init) ?? path)
  }

  /// A picture's own name without the zeros before the number at its end, and without what Roboflow appends: "img_82" of "img_00082".
  public static func plainStem(_ path: String) -> String {
    let name = withoutSuffix(stem(path))
    let digits = name.reversed().prefix(while: isDigit).reversed()
    let number = String(digits.drop { $0 == "0" })
    return String(name.dropLast(digits.count)) + (number.isEmpty && !digits.isEmpty ? "0" : number)
  }

  /// A name without what Roboflow appends to it.
  private static func withoutSuffix(_ name: String) -> String {
    name.firstRange(of: ".rf.").map { name[..<$0.lowerBound].split(separator: "_").dropLast().joined(separator: "_") }
      ?? name
  }

  /// What stands before the digits at the end, and their number.
  private static func split(_ name: String) -> (before: String, frame: Int)? {
    let digits = String(name.reversed().prefix(while: isDigit).reversed())
    guard digits.count <= 12, let frame = Int(digits) else { return nil }
    return (String(name.dropLast(digits.count)), frame)
  }

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

  private static func isWords(_ text: String) -> Bool {
    text.lowercased().split(whereSeparator: separators.contains).allSatisfy { words.contains(String($0)) }
  }

  /// Whether a folder holds labels or pictures of any video.
  private static func isGeneric(_ folder: String) -> Bool {
    folders.contains(folder.lowercased()) || isWords(folder)
  }

  private static func withoutSeparators(_ text: String) -> String {
    String(text.reversed().drop { separators.contains($0) }.reversed())
  }
}
