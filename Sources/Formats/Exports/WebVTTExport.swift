internal import Files
internal import Tracks

/// WebVTT subtitles: a cue for each action of a person, spoken by that person. Times are in whole milliseconds, the nearest;
/// what would be empty lasts one. Source: W3C's "WebVTT: The Web Video Text Tracks Format".
struct WebVTTExport: ExportFormat {
  let name = "webvtt"
  let ending = "vtt"
  let isPerVideo = true
  let needsFrames = false

  func write(_ videos: [ExportedVideo], _ classes: ExportedClasses, to file: AtomicFile) throws {
    for video in videos {
      try file.write("WEBVTT\n")
      let cues = video.people.flatMap { person in person.actions.map { (person: person, action: $0) } }
      // Cues come in the order of their starts.
      let order = cues.indices.sorted { (cues[$0].action.start, $0) < (cues[$1].action.start, $1) }
      for place in order {
        let (person, action) = cues[place]
        let start = Int((action.start * 1000).rounded())
        let end = max(Int((action.end * 1000).rounded()), start + 1)
        let text = cueText(classes.name(of: action.action))
        try file.write("\n\(clock(start)) --> \(clock(end))\n<v \(person.name)>\(person.name): \(text)</v>\n")
      }
    }
  }

  /// HH:MM:SS.mmm, with as many hours as there are.
  private func clock(_ milliseconds: Int) -> String {
    func padded(_ value: Int, _ count: Int) -> String {
      let digits = "\(value)"
      return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
    let seconds = milliseconds / 1000
    return "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))."
      + padded(milliseconds % 1000, 3)
  }

  /// A text that stands in one line of a cue and marks nothing up.
  private func cueText(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case _ where character.isNewline: result += " "
      case "\0": result += "\u{FFFD}"
      default: result.append(character)
      }
    }
  }
}
