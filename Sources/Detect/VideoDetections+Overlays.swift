internal import AVARecords
internal import Files
public import Overlay
internal import Video
internal import Wording

extension VideoDetections {
  /// Draws every key frame with its people and their best actions, one PNG each.
  ///
  /// - Parameters:
  ///   - folder: Where `<video>_<second>.png` go, the second as in the rows of the CSV.
  ///   - progress: Called after each picture with the number of those done.
  /// - Throws: `VideoError`, `OverlayError`, `FileError`.
  public func writeOverlays(to folder: String, style: OverlayStyle, progress: (Int) -> Void) throws {
    var open: (path: String, reader: VideoReader)?
    for (index, keyFrame) in keyFrames.enumerated() {
      let reader = try open?.path == keyFrame.path ? open!.reader : VideoReader(path: keyFrame.path)
      open = (keyFrame.path, reader)
      let people = keyFrame.people.map { person in
        DetectedPerson(
          box: person.box, proposalScore: person.proposalScore,
          actions: person.actions.map { ScoredAction(name: $0.name, score: Double($0.score)) })
      }
      let time = fixed(keyFrame.time, 3)
      let scene = OverlayScene(people: people, title: keyFrame.video, time: "\(time) s")
      let name = "\(keyFrame.video)_\(keyFrame.stamp).png"
      try writeOverlay(reader.frame(keyFrame.frame), scene, style: style, to: joinPath(folder, name))
      progress(index + 1)
    }
  }
}
