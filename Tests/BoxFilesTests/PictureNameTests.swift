import BoxFiles
import Testing

@Suite struct PictureNameTests {
  @Test(
    "The video and the frame that a picture's name speaks of",
    arguments: [
      ("clip_12", "clip", 12), ("labels/clip_12", "clip", 12), ("clip-000012", "clip", 12), ("clip0012", "clip", 12),
      ("frame_000012", nil, 12), ("runs/labels/img_7", nil, 7), ("clip/frame_000012", "clip", 12),
      ("clip/12", "clip", 12),
      ("a/b/clip/12", "clip", 12), ("2024_05_3", "2024_05", 3), ("my clip 12", "my clip", 12), ("12", nil, 12),
      ("clip_mp4-0012_jpg.rf.0a1b2c", "clip", 12), ("clip1_5", "clip1", 5), ("other_5", "other", 5),
      ("clip1/other_5", "clip1", 5),
    ] as [(String, String?, Int)])
  func names(_ path: String, _ video: String?, _ frame: Int) throws {
    let name = try #require(PictureName(path, videos: ["clip", "clip1", "2024_05", "my clip"]))
    #expect(name.video == video && name.frame == frame, "\(name)")
  }

  @Test("Digits of a video's own name are no frame")
  func ownDigits() throws {
    #expect(PictureName("clip1", videos: ["clip1"])?.frame == 1)
    #expect(PictureName("clip_2024", videos: []) == PictureName("clip_2024", videos: ["x"]))
    #expect(PictureName("clip_2024_7", videos: ["clip_2024"])?.video == "clip_2024")
    #expect(PictureName("clip_2024_7", videos: ["clip_2024"])?.frame == 7)
    for path in ["clip", "", "/", "clip_", "1234567890123"] {
      #expect(PictureName(path, videos: ["clip"]) == nil, "\(path)")
    }
  }
}
