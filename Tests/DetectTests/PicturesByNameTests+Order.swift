import Detect
import Files
import Geometry
import ImageFiles
import Imaging
import Inference
import Runs
import TestSupport
import Testing

/// What says more of a box's picture: its folder, its whole name, a video's name in it, or its number.
extension PicturesByNameTests {
  /// Reads boxes of videos in a scratch folder.
  ///
  /// - Parameters:
  ///   - pictures: The paths of the pictures that there are, without their ending ".png" if they have no other.
  ///   - given: The paths of what is given as videos.
  ///   - boxes: A file's name and its text, or texts of YOLO's labels by their paths.
  private func read(
    _ pictures: [String], _ given: [String], _ boxes: [String: String], as name: String = "labels",
    _ options: ProposalOptions = ProposalOptions(), stopsAtDamage: Bool = true
  ) throws -> VideoDetection {
    let world = World()
    defer { world.folder.remove() }
    let image = Image(
      size: ImageSize(width: 64, height: 48), order: .bgr, pixels: Array(repeating: 99, count: 64 * 48 * 3))
    for picture in pictures {
      let path = "\(world.folder.path)/\(picture)"
      try makeFolder(splitPath(path).folder)
      try writePNG(image, to: picture.contains(".") ? path : path + ".png")
    }
    for (path, text) in boxes {
      let path = "\(world.folder.path)/\(path)"
      try makeFolder(splitPath(path).folder)
      try writeFile(path, text)
    }
    return try VideoDetection(
      world.config(), videos: given.map { "\(world.folder.path)/\($0)" }, proposals: world.folder.path + "/" + name,
      options, labelMap: world.folder.path + "/labels.pbtxt", timing: VideoDetection.Timing(framesPerSecond: 4),
      stopsAtDamage: stopsAtDamage)
  }

  private func labels(_ names: some Sequence<String>) -> [String: String] {
    Dictionary(uniqueKeysWithValues: names.map { ("labels/\($0).txt", Self.label) })
  }

  /// The pictures with boxes, as "video 3".
  private func found(_ detection: VideoDetection) -> [String] {
    detection.plan.flatMap { video in video.tasks.map { "\(video.name) \(Int(($0.moment.seconds * 4).rounded()))" } }
  }

  @Test("Exact names of most pictures of a folder decide, whatever else the labels are of")
  func parts() throws {
    let all = numbered("img_", (1...201).filter { $0 != 120 && $0 != 130 })
    let part = try read(numbered("sub/img_", 100...150), ["sub"], labels(all))
    #expect(found(part) == (0...50).filter { $0 != 20 && $0 != 30 }.map { "sub \($0)" })
    let tenth = try read(numbered("sub/img_", stride(from: 10, through: 200, by: 10)), ["sub"], labels(all))
    #expect(found(tenth).count == 18 && found(tenth).first == "sub 0")
    // Names with other zeros may be those of a video's frames.
    let frames = try read(numbered("sub/img_", 100...150), ["sub"], labels((1...201).map { "img_\($0)" }))
    #expect(found(frames) == (0...50).map { "sub \($0)" })
  }

  @Test("Image ids of COCO's results are pictures' names, where a folder has such")
  func imageIDs() throws {
    func coco(_ ids: [String]) -> [String: String] {
      let items = ids.map { #"{"image_id": \#($0), "category_id": 1, "bbox": [9, 9, 20, 30], "score": 0.95}"# }
      return ["boxes.json": "[\(items.joined(separator: ","))]"]
    }
    func read(_ pictures: [String], _ ids: [String]) throws -> [String] {
      try found(self.read(pictures, ["num"], coco(ids), as: "boxes.json"))
    }
    let late = numbered("num/", 10...40)
    #expect(try read(late, ["\"000014\"", "\"000022\""]) == ["num 4", "num 12"])
    #expect(try read(late, ["14", "22"]) == ["num 4", "num 12"])
    #expect(try read(numbered("num/", 0...20), ["4"]) == ["num 4"])
    // Part of the pictures, without boxes on some.
    let part = (1...60).filter { $0 != 12 && $0 != 20 }
    #expect(try read(late, part.map { "\($0)" }) == part.filter { 10...40 ~= $0 }.map { "num \($0 - 10)" })
    // Frames, which are no names of pictures.
    #expect(try read(numbered("num/img_", 10...40), ["14", "22"]) == ["num 13", "num 21"])
    #expect(try read(numbered("num/", 0..<20), (1...20).map { "\($0)" }) == (0..<20).map { "num \($0)" })
  }

  @Test("A still picture has the label that is called exactly like it, and no number is cut off it")
  func stills() throws {
    let copies = ["photo", "photo_1", "photo_2"]
    let given = copies.map { $0 + ".png" }
    #expect(try found(read(copies, given, labels(["photo_1", "photo_2"]))) == ["photo_1 0", "photo_2 0"])
    #expect(try found(read(copies, given, labels(copies))) == copies.map { $0 + " 0" })
    let one = try read(copies, ["photo.png"], labels(copies))
    #expect(found(one) == ["photo 0"])
    #expect(one.notices.contains { $0.hasPrefix("proposals: 2 boxes of 2 pictures that 'photo' has not left out") })
    #expect(throws: ProposalError.self) { try read(copies, ["photo.png"], labels(["photo_1", "img_1", "1"])) }
    // Frames of a folder called like it, as exports have them.
    #expect(try found(read(copies, given, labels(["photo/000000"]))) == ["photo 0"])
  }

  @Test("Pictures that are given exactly come before a video's name and a number, and its folder before both")
  func order() throws {
    let pictures = ["walk_1", "walk_2"] + numbered("walk/a_", 0...9)
    let given = ["walk", "walk_2.png"]
    #expect(try found(read(pictures, given, labels(["walk_2", "walk_5"]))) == ["walk 4", "walk_2 0"])
    #expect(try found(read(pictures, given, labels(["walk/walk_2", "walk/walk_5"]))) == ["walk 1", "walk 4"])
  }

  @Test("Labels that are of none of several videos are left out and said; so is a folder that is not there")
  func others() throws {
    let pictures = numbered("a/img_", 10...20) + numbered("b/shot_", 10...20)
    let texts = labels(["img_000012", "img_000030", "shot_000014"])
    let both = try read(pictures, ["a", "b"], texts)
    #expect(found(both) == ["a 2", "b 4"])
    #expect(
      both.notices.contains {
        $0.hasPrefix(
          "proposals: 1 box of 1 picture left out, for the names say of none of 2 videos that it is theirs, first "
            + "'img_000030'")
      }, "\(both.notices)")
    let missing = try read(pictures, ["nowhere", "b"], texts, stopsAtDamage: false)
    #expect(found(missing) == ["b 4"])
    let lost = text { _ = try read(pictures, ["nowhere", "b"], labels(["img_000012"]), stopsAtDamage: false) }
    #expect(lost.contains("nowhere"), "\(lost)")
    let nameless = text { _ = try read(pictures, ["a", "b"], labels(["7"])) }
    #expect(nameless.contains("does not say of which of 2 videos"), "\(nameless)")
    let stills = try read(["img_1", "img_2"], ["img_1.png", "img_2.png"], labels(["img_1", "img_2", "img_3"]))
    #expect(found(stills) == ["img_1 0", "img_2 0"] && stills.notices.contains { $0.contains("first 'img_3'") })
  }

  @Test("Tables with a picture beside a video, a frame or a second")
  func tables() throws {
    let pictures = numbered("a/img_", 10...20) + numbered("b/img_", 0...20)
    func read(_ table: String, _ given: [String] = ["a", "b"]) throws -> [String] {
      try found(self.read(pictures, given, ["t.csv": table], as: "t.csv"))
    }
    let box = "0.1,0.2,0.3,0.4"
    #expect(try read("video,image,x1,y1,x2,y2\na,img_000012.png,\(box)\nb,img_000012.png,\(box)\n") == ["a 2", "b 12"])
    #expect(try read("image,frame,x1,y1,x2,y2\nimg_000012.png,12,\(box)\n", ["a"]) == ["a 2"])
    #expect(try read("image,frame,x1,y1,x2,y2\nimg_000012,12,\(box)\n", ["a"]) == ["a 2"])
    #expect(try read("image,second,x1,y1,x2,y2\nimg_000012.png,1.5,\(box)\n", ["a"]) == ["a 2"])
    #expect(try read("image,frame,x1,y1,x2,y2\na,3,\(box)\n") == ["a 2"])
    let others = "image,frame,x1,y1,x2,y2\nframe_12.png,3,\(box)\nframe_13.png,4,\(box)\n"
    #expect(try read(others, ["a"]) == ["a 2", "a 3"])
  }

  @Test("Small and large letters, and Windows' slashes, make no other name")
  func letters() throws {
    let pictures = ["pics/IMG_101.JPG", "pics/IMG_105.JPG", "pics/IMG_107.JPG"]
    #expect(try found(read(pictures, ["pics"], labels(["img_105", "img_107"]))) == ["pics 1", "pics 2"])
    let two = ["pics/IMG_1.JPG", "pics/IMG_5.JPG", "pics/img_5.JPG"]
    #expect(try found(read(two, ["pics"], labels(["img_5", "IMG_1"]))) == ["pics 0", "pics 2"])
    let coco =
      #"{"images": [{"id": 1, "file_name": "C:\\x\\pics\\IMG_105.jpg", "width": 64, "height": 48}], "#
      + #""annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [9, 9, 20, 30]}]}"#
    #expect(try found(read(pictures, ["pics"], ["c.json": coco], as: "c.json")) == ["pics 1"])
  }

  @Test("Videos may be called like folders of labels")
  func generalNames() throws {
    let pictures = numbered("train/img_", 1...20) + numbered("val/img_", 1...20)
    #expect(
      try found(read(pictures, ["train", "val"], labels(["train/img_000005", "val/img_000009"]))) == [
        "train 4", "val 8",
      ])
  }

  @Test("A file that is not there is said to be missing, whatever the options")
  func missingFile() {
    let said = text {
      _ = try read(numbered("a/img_", 1...3), ["a"], [:], as: "nosuch.json", ProposalOptions(firstFrame: 0))
    }
    #expect(said.contains("does not exist") || said.contains("no such file"), "\(said)")
  }

  @Test("Ids of images whose names have no number are said to be taken for frames")
  func idsAlone() throws {
    let coco =
      #"{"images": [{"id": 3, "file_name": "anna.jpg", "width": 64, "height": 48}], "#
      + #""annotations": [{"id": 1, "image_id": 3, "category_id": 1, "bbox": [9, 9, 20, 30]}]}"#
    let found = try read(numbered("a/img_", 1...9), ["a"], ["c.json": coco], as: "c.json")
    #expect(self.found(found) == ["a 2"])
    #expect(
      found.notices.contains {
        $0.hasPrefix("proposals: the names of 1 picture end in no number, first 'anna': the ids")
      },
      "\(found.notices)")
  }

  @Test("MOT texts that count otherwise, and whose marks of ground truth are no scores")
  func motTexts() throws {
    func lines(_ frames: some Sequence<Int>, _ end: String) -> String {
      frames.map { "\($0),1,10,6,20,30,\(end)\n" }.joined()
    }
    let pictures = numbered("a/img_", 1...10) + numbered("b/img_", 1...10)
    let both = try read(
      pictures, ["a", "b"], ["labels/a.txt": lines(0..<10, "1,-1,-1,-1"), "labels/b.txt": lines(1...10, "1,-1,-1,-1")])
    #expect(found(both) == ["a", "b"].flatMap { video in (0..<10).map { "\(video) \($0)" } })
    let truth = lines(1...4, "0,1,1") + lines(5...10, "1,1,1")
    let marked = try read(numbered("a/img_", 1...10), ["a"], ["a.txt": truth], as: "a.txt")
    #expect(marked.notices.contains { $0.contains("write 1 into their column 7") }, "\(marked.notices)")
  }
}
