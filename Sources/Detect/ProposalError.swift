internal import BoxFiles
internal import Wording

/// Why the boxes of a file cannot become proposals for the videos.
public enum ProposalError: Error, Equatable, CustomStringConvertible {
  case idleOptions([String], path: String)
  /// No box is of a wanted class; what there is, with counts.
  case noPerson(path: String, wanted: [String], classes: [String])
  /// Classes are numbers, and nothing says which is a person.
  case unknownPerson(path: String, classes: [String])
  case noClasses(path: String)
  /// The boxes do not say of which video they are.
  case noVideoName(path: String, videos: Int)
  case noFrameNumber(place: String, picture: String)
  /// Boxes that are counted by frames, where seconds are wanted.
  case noSecond(place: String)
  /// Frames and seconds that do not go alike from one box to another: what the file says of both, how many seconds these frames are
  /// apart in the video, and the rate at which they would go alike; what would say it, nil where nothing does.
  case twoClocks(
    place: String, video: String, frames: [Int], seconds: [Double], passed: Double, rate: Double?, option: String?)
  /// Boxes in pixels of a picture of unknown size.
  case noSize(place: String)
  case otherSize(path: String, video: String, reach: String, size: String)
  /// The file says how large the video's pictures are, and no scaling makes the video's of it.
  case otherShape(path: String, video: String, stated: String, size: String)
  /// No box is left.
  case nothingLeft(path: String, videos: [String], reasons: [String], advice: String)

  /// What is wrong with the boxes of one video alone, and what to do; nil for other errors.
  static func fault(_ error: any Error) -> String? {
    switch error as? ProposalError {
    case .otherSize?, .otherShape?: "\(error)"
    default: nil
    }
  }

  /// The same for whoever reads boxes.
  static func otherShape(path: String, video: String, stated: String, size: String) -> String {
    "'\(path)' says that the pictures of '\(video)' have \(stated) pixels, and they have \(size), another ratio of the sides: "
      + "its boxes would be at other places -> give the video that was annotated, or correct the size in the file"
  }

  public var description: String {
    let doing = "reading the proposals:"
    switch self {
    case .idleOptions(let options, let path):
      return "\(doing) '\(path)' has AVA's rows, for which \(series(options, "and")) "
        + "\(options.count == 1 ? "means" : "mean") nothing -> leave \(options.count == 1 ? "it" : "them") out, or say "
        + "with --proposals-format what else the file is"
    case .noPerson(let path, let wanted, let classes):
      let what = wanted.isEmpty ? "a person" : "the class \(series(wanted, "or"))"
      return "\(doing) '\(path)': expected boxes of \(what), found \(listed(classes, limit: 10)) "
        + "-> name the classes to score: --person-class NAME, or --person-class all"
    case .unknownPerson(let path, let classes):
      return
        "\(doing) '\(path)': the classes are numbers, \(listed(classes, limit: 10)), and the file does not say which "
        + "is a person -> --person-class NUMBER, or --person-class all"
    case .noClasses(let path):
      return "\(doing) '\(path)': the boxes have no classes -> leave --person-class out"
    case .noVideoName(let path, let videos):
      return
        "\(doing) '\(path)' does not say of which of \(videos) videos its boxes are -> give one video, or call the "
        + "file like its video"
    case .noFrameNumber(let place, let picture):
      return "\(doing) \(place): expected a picture whose name ends in the number of a frame, found '\(picture)' "
        + "-> name the pictures VIDEO_NUMBER"
    case .noSecond(let place):
      return
        "\(doing) \(place): expected a second of the ground truth's clock, found a frame's number or a time after the first "
        + "frame -> write video, second, x1, y1, x2, y2, an empty column, score, as slowfast people does"
    case .twoClocks(let place, let video, let frames, let seconds, let passed, let rate, let option):
      let advice =
        option.flatMap { option in
          rate.map { "say with \(option) \($0) how many of the file's frames are a second, or " }
        } ?? ""
      return
        "\(doing) \(place): from frame \(frames[0]) to \(frames[1]) of '\(video)' \(fixed(passed, 3)) s pass, and the file's own "
        + "seconds are \(seconds[0]) and \(seconds[1]) -> \(advice)remove the column of the frames or that of the seconds"
    case .noSize(let place):
      return "\(doing) \(place): expected fractions of the picture, found pixels of one whose size nothing says "
        + "-> divide them by the picture's width and height"
    case .otherSize(let path, let video, let reach, let size):
      return
        "\(doing) '\(path)': many boxes of '\(video)' lie beyond its picture of \(size) pixels, up to \(reach) -> say "
        + "of which picture they are: --proposals-size WIDTHxHEIGHT"
    case .otherShape(let path, let video, let stated, let size):
      return "\(doing) " + Self.otherShape(path: path, video: video, stated: stated, size: size)
    case .nothingLeft(let path, let videos, let reasons, let advice):
      let why = reasons.isEmpty ? "" : ": " + reasons.joined(separator: "; ")
      return "detecting: of '\(path)' no box is left for \(listed(videos))\(why) -> \(advice)"
    }
  }
}
