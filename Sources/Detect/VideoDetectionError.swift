public import AVARecords
internal import Wording

/// Why there is nothing to detect.
public enum VideoDetectionError: Error, Equatable, CustomStringConvertible {
  case badStep(Double, framesPerSecond: Double)
  /// A step at which a detector would see frames of a video more than once.
  case badLook(Double, video: String, framesPerSecond: Double, option: String)
  case badStart(Double)
  case sameName(String)
  /// A name that no row can hold.
  case unwritableName(String)
  /// Of each video that cannot be read its name and why, where no other one has key frames.
  case unreadable([String])
  /// Videos without a moment at which people could be looked for.
  case noMoments(videos: [String], range: ClosedRange<Double>?)
  case nothingToDo(videos: [String], notices: [String], proposals: ProposalList.Summary)

  public var description: String {
    switch self {
    case .badStep(let step, let rate):
      return "detecting: key frames every \(step) s, expected at least the time of one frame (1/\(fixed(rate, 0)) s)"
        + " -> give --every SECONDS, such as 1"
    case .badLook(let step, let video, let rate, let option):
      // Rounded up: what is advised is taken.
      let least = max(1, (100 / rate - 1e-6).rounded(.up) / 100)
      let example = least == least.rounded() ? fixed(least, 0) : fixed(least, 2)
      let said =
        "finding people: \(option) is \(step) s, expected at least the time of one frame of '\(video)' "
        + "(1/\(fixed(rate, rate < 100 ? 2 : 0)) s) -> "
      if option == "--every" { return said + "give --every SECONDS, such as \(example)" }
      // Between key frames a second apart there is nothing of a slower video.
      return said + (least > 1 ? "leave \(option) out" : "give \(option) SECONDS, such as 1, or leave it out")
    case .badStart(let second):
      return "detecting: the videos begin at second \(second), expected a number -> give --starting-second SECONDS"
    case .sameName(let name):
      return "detecting: two videos are called '\(name)', the proposals cannot tell them apart -> rename one"
    case .unwritableName(let name):
      return
        "detecting: a video is called '\(name)', expected a name that rows of a CSV can hold: not with both a comma and "
        + "a quote, and without line breaks -> rename the file"
    case .unreadable(let causes):
      return "detecting: \(causes.count) videos cannot be read, and no other one has key frames:\n  "
        + causes.joined(separator: "\n  ") + "\n  -> copy or record them again, or give others"
    case .noMoments(let videos, let range):
      return
        "finding people: no frame of \(listed(videos)) lies\(Self.words(range)) -> check --starting-second, --from and --to"
    case .nothingToDo(let videos, let notices, let proposals):
      let why = notices.isEmpty ? "" : " (" + notices.joined(separator: "; ") + ")"
      let advice =
        switch proposals.mainLoss {
        case .belowThreshold: proposals.thresholdAdvice
        case .otherVideos: "the proposals' first column must be the file's name without extension"
        default: "the proposals' second column must be seconds of the video; see also --starting-second and --every"
        }
      return "detecting: no proposal is left for \(listed(videos))\(why) -> \(advice)"
    }
  }

  /// Between which seconds, after "lies".
  static func words(_ range: ClosedRange<Double>?) -> String {
    guard let range else { return "" }
    func number(_ value: Double) -> String { value == value.rounded() ? fixed(value, 0) : "\(value)" }
    let (low, high) = (range.lowerBound, range.upperBound)
    if high == .infinity { return " at second \(number(low)) or later" }
    return low == -.infinity
      ? " before second \(number(high))" : " between the seconds \(number(low)) and \(number(high))"
  }
}
