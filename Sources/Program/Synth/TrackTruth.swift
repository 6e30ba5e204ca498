internal import Geometry
internal import Wording

/// Who is where in every frame of a video, and what a detector makes of it, as the MOT Challenge's files have it.
struct TrackTruth {
  /// `frame, id, left, top, width, height, 1, 1, visibility`; 0 instead of the first 1 for people less than half visible, who
  /// do not count. Frames and ids count from 1, boxes are in pixels.
  private(set) var people = ""
  /// `frame, -1, left, top, width, height, score`.
  private(set) var detections = ""
  /// What the challenge's tools ask of a sequence.
  private(set) var sequence = ""

  /// - Parameters:
  ///   - frames: How many, `rate` a second, from the video's beginning.
  init(of shot: Shot, frames: Int, rate: Int) {
    // Not the one of the key frames: there are as many draws here as frames.
    var detector = Detector(seed: shot.detectorSeed ^ 0x7261_636B)
    for frame in 0..<frames {
      let sightings = shot.world.sightings(at: Double(frame) / Double(rate))
      for person in sightings {
        people +=
          "\(frame + 1),\(person.id + 1),\(pixels(person.box, shot.size)),\(person.isLabelled ? 1 : 0),1,"
          + "\(fixed(person.visibleShare, 3))\n"
      }
      for found in detector.propose(sightings) where found.box.isProper {
        detections += "\(frame + 1),-1,\(pixels(found.box, shot.size)),\(fixed(found.score, 4))\n"
      }
    }
    sequence = """
      [Sequence]
      name=\(shot.name)
      frameRate=\(rate)
      seqLength=\(frames)
      imWidth=\(shot.size.width)
      imHeight=\(shot.size.height)

      """
  }

  private func pixels(_ box: UnitBox, _ size: ImageSize) -> String {
    let box = box.pixels(in: size)
    return [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1].map { fixed($0, 2) }.joined(separator: ",")
  }
}
