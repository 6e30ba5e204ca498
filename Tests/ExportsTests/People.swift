import Exports
import Files
import Geometry
import TestSupport
import TrackRecords
import Tracks

func box(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> UnitBox { UnitBox(x1: x1, y1: y1, x2: x2, y2: y2) }

func track(_ id: Int, _ sightings: [(Double, UnitBox)]) -> Track {
  Track(id: id, sightings: sightings.map { Track.Sighting(time: $0, box: $1, score: 0.75) })
}

func tube(_ track: Track, _ action: Int, _ start: Double, _ end: Double, score: Double = 0.5) -> Tube {
  Tube(track, ActionInterval(action: action, start: start, end: end, score: score))
}

/// Two people in a video of 100 x 50 pixels: one moves to the right from second 1 to second 2 and walks (14) until 1.5 s, the
/// other is seen at 1 s and does nothing.
let walker = track(3, [(1, box(0.1, 0.2, 0.3, 0.8)), (2, box(0.2, 0.2, 0.4, 0.8))])
let stander = track(7, [(1, box(0.5, 0, 0.75, 1))])
let twoPeople = VideoTracks(video: "a", tracks: [walker, stander], tubes: [tube(walker, 14, 0.5, 1.5)])
let tenASecond = FrameClock(
  size: ImageSize(width: 100, height: 50), times: (0..<40).map { Double($0) / 10 }, duration: 4)
let classes = ExportedClasses([14: "walk", 12: "stand"])

/// Writes videos in one format.
///
/// - Returns: The text of each file by its name.
func written(_ videos: [ExportedVideo], as format: String, _ classes: ExportedClasses = classes) throws -> [String:
  String]
{
  let folder = TemporaryFolder()
  defer { folder.remove() }
  try ExportFormats.write(videos, classes, as: [format], to: folder.path)
  let files = ExportFormats.files([format], videos: videos.map(\.name), in: folder.path)
  return Dictionary(
    uniqueKeysWithValues: try files.map {
      (String($0.dropFirst(folder.path.count + 1)), String(decoding: try readFile($0, doing: "testing"), as: UTF8.self))
    })
}
