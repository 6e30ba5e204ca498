internal import Detect
internal import Files
internal import Imaging
internal import Video
internal import Wording

/// The frames of one video for overlays, asked for by time: from a folder of pictures or from a video file.
enum OverlaySource {
  case pictures(PictureFrames, framesPerSecond: Double)
  case video(VideoReader)

  /// Seconds from the first frame to the end of the last.
  var duration: Double {
    switch self {
    case .pictures(let frames, let rate): Double(frames.frameCount) / rate
    case .video(let reader): reader.duration
    }
  }

  /// All frames, for a video of them.
  var footage: OverlayFootage {
    switch self {
    case .pictures(let frames, let rate):
      OverlayFootage(count: frames.frameCount, framesPerSecond: rate) { try frames.frame(at: $0) }
    case .video(let reader): OverlayFootage(reader)
    }
  }

  /// The frame nearest to a time in seconds after the first frame; nil before the beginning and after the end.
  func frameNumber(at time: Double) -> Int? {
    switch self {
    case .pictures(let frames, let rate):
      let number = (time * rate).rounded()
      return number >= 0 && number < Double(frames.frameCount) ? Int(number) : nil
    case .video(let reader):
      return time >= 0 && time < reader.duration ? reader.nearestFrame(to: time) : nil
    }
  }

  func frame(_ number: Int) throws -> Image {
    switch self {
    case .pictures(let frames, _): try frames.frame(at: number)
    case .video(let reader): try reader.frame(number)
    }
  }

  /// The second that the rows call the first frame's: 0, unless the times lie beyond the end and would all fit
  /// when counted from 900, where AVA's clips begin.
  func startingSecond(for times: [Double]) -> Double {
    guard let last = times.max(), let first = times.min() else { return 0 }
    return last >= duration && first >= 900 && last < 900 + duration ? 900 : 0
  }
}

/// Lists the pictures of a folder in the order of the number that ends their names.
func listPictures(_ folder: String) throws -> [String] {
  let endings = [".jpg", ".jpeg", ".png"]
  let names = try listFolder(folder).filter { name in endings.contains { name.lowercased().hasSuffix($0) } }
  let numbers = names.map { Int(String(fileStem($0).reversed().prefix { $0.isASCII && $0.isNumber }.reversed())) }
  // "frame2" comes before "frame10"; names without a number keep the alphabet's order.
  let order = names.indices.sorted { a, b in
    if let x = numbers[a], let y = numbers[b], x != y { return x < y }
    return names[a] < names[b]
  }
  return order.map { joinPath(folder, names[$0]) }
}
