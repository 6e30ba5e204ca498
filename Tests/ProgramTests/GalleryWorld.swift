import Files
import Foundation
import TestSupport
import Testing

/// A drawn video of six seconds, and made-up detections in it.
enum GalleryWorld {
  /// synth1.mp4.
  static let video: String = {
    let result = Program.run([
      "synth", "--format", "mp4", "--output-dir", path, "--videos", "1", "--seconds", "6", "--width", "160", "--height",
      "120",
    ])
    if result.status != 0 { Issue.record("drawing a video: \(result.stderr)") }
    atexit { _ = try? FileManager.default.removeItem(atPath: GalleryWorld.path) }
    return path + "/videos/synth1.mp4"
  }()

  private static let path = TemporaryFolder().path

  /// One person stands (12) from 1 to 4 s, always less surely; another walks (14) at 2 and 3 s.
  static func rows(_ name: String = "synth1") -> String {
    let rows = [
      (1, 0.1, 12, 0.95), (2, 0.1, 12, 0.9), (2, 0.6, 14, 0.6), (3, 0.6, 14, 0.55), (3, 0.1, 12, 0.8),
      (4, 0.1, 12, 0.7),
    ]
    return rows.map { second, left, action, score in
      "\(name),\(second),\(left),0.2,\(left + 0.25),0.9,\(action),\(score)\n"
    }.joined()
  }

  /// A label map.
  static func labels(stand: String = "stand") -> String {
    "item {\n  name: \"\(stand)\"\n  id: 12\n}\nitem {\n  name: \"walk\"\n  id: 14\n}\n"
  }

  static func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }
}
