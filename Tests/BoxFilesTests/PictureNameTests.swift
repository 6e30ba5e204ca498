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

  @Test("A picture's own name, with zeros before its number and without")
  func stems() {
    #expect(PictureName.stem("a/img_00082.jpg") == "img_00082" && PictureName.stem("a.b/c.d") == "c.d")
    for path in ["img_00082", "a/img_82.png", "img_082_jpg.rf.0a1b"] {
      #expect(PictureName.plainStem(path) == "img_82", "\(path)")
    }
    #expect(PictureName.plainStem("000") == "0" && PictureName.plainStem("anna") == "anna")
  }

  @Test(
    "Numbers and words are not cut where a video is called like its beginning",
    arguments: [
      ("phone_25", ["phone", "phone_2", "phone_20"], "phone", 25), ("phone_2_49", ["phone", "phone_2"], "phone_2", 49),
      ("phone_20_1", ["phone", "phone_2", "phone_20"], "phone_20", 1), ("phone_2", ["phone", "phone_2"], "phone", 2),
      ("clip_10", ["clip_1"], "clip", 10), ("25", ["2"], nil, 25), ("2_49", ["2"], "2", 49), ("2/25", ["2"], "2", 25),
      ("halfpic_5", ["half"], "halfpic", 5),
    ] as [(String, [String], String?, Int)])
  func whole(_ path: String, _ videos: [String], _ video: String?, _ frame: Int) {
    let name = PictureName(path, videos: videos)
    #expect(name?.video == video && name?.frame == frame, "\(String(describing: name))")
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
