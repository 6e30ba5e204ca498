import AVARecords
import Detect
import Files
import Geometry
import Inference
import Runs
import TestSupport
import Testing
import Video

private let videos = projectRoot + "/Tests/Fixtures/Video/"
/// 60 frames at 25 a second, 97 x 63.
private let movie = videos + "bframes.mp4"
private let examples = projectRoot + "/Tests/Fixtures/Boxes/"

/// Boxes of other tools become the key frames of videos.
@Suite struct BoxProposalsTests {
  private func detection(
    _ world: World, _ proposals: String, _ options: ProposalOptions = ProposalOptions(), _ videos: [String] = [movie],
    start: Double? = nil, every: Double? = nil, stopsAtDamage: Bool = true
  ) throws -> VideoDetection {
    try VideoDetection(
      world.config(), videos: videos, proposals: proposals, options, labelMap: world.folder.path + "/labels.pbtxt",
      timing: VideoDetection.Timing(startingSecond: start, every: every), stopsAtDamage: stopsAtDamage)
  }

  /// Reads a text in a file of a name.
  private func detection(
    _ text: String, as name: String = "boxes.csv", _ options: ProposalOptions = ProposalOptions(),
    _ videos: [String] = [movie], start: Double? = nil, every: Double? = nil, stopsAtDamage: Bool = true
  ) throws -> VideoDetection {
    let world = World()
    defer { world.folder.remove() }
    let path = world.folder.path + "/" + name
    try writeFile(path, text)
    return try detection(world, path, options, videos, start: start, every: every, stopsAtDamage: stopsAtDamage)
  }

  private func tasks(_ detection: VideoDetection) -> [ClipTask] { detection.plan.flatMap(\.tasks) }

  /// The moments of key frames in the video, rounded, with their boxes in pixels.
  private func summary(_ detection: VideoDetection) -> [String] {
    tasks(detection).map { task in
      let boxes = (task.people ?? []).map { person in
        let box = person.box.pixels(in: ImageSize(width: 97, height: 63))
        return [box.x1, box.y1, box.x2, box.y2].map { "\(Int($0.rounded()))" }.joined(separator: " ")
      }
      return "\(task.moment.seconds) \(task.moment.frame): \(boxes.joined(separator: ", "))"
    }
  }

  @Test(
    "Every example gives the same people at the same frames",
    arguments: [
      ("yolo/labels", nil), ("mot.txt", nil), ("coco_results.json", "coco_images.json"), ("coco_dataset.json", nil),
      ("coco_instances_results.json", nil), ("alphaction.json", nil), ("alphaction.json", "alphaction_images.json"),
      ("table.csv", nil), ("mmaction2.pkl", nil), ("via3.csv", nil), ("via3.json", nil), ("via2.csv", nil),
      ("via2.json", nil), ("cvat_video.xml", nil), ("cvat_images.xml", nil), ("lines.jsonl", nil), ("ava.csv", nil),
    ] as [(String, String?)])
  func examplesAgree(_ name: String, _ images: String?) throws {
    let world = World()
    defer { world.folder.remove() }
    let found = try detection(
      world, examples + name, ProposalOptions(images: images.map { examples + $0 }))
    #expect(
      summary(found) == ["1.0 25: 10 6 30 56, 40 10 60 60", "2.0 50: 14 6 34 56"], "\(summary(found)) \(found.remarks)")
    let scores = tasks(found).flatMap { ($0.people ?? []).map(\.proposalScore) }
    let areDrawn = ["via", "cvat", "coco_dataset"].contains { name.hasPrefix($0) }
    #expect(scores == (areDrawn ? [1, 1, 1] : [0.95, 0.85, 0.9]), "\(scores)")
    #expect(found.remarks[0].hasPrefix("proposals: '\(examples + name)' is "))
  }

  @Test("A folder has a file for each video, whose boxes need not name it")
  func folders() throws {
    let world = World()
    defer { world.folder.remove() }
    let folder = world.folder.path + "/boxes"
    for (name, second) in [("bframes", 1), ("vp8", 0), ("elsewhere", 1)] {
      try writeFile("\(folder)/\(name).jsonl", "{\"time\": \(second), \"boxes\": [[0.1, 0.2, 0.3, 0.4, 0.95]]}\n")
    }
    let both = try detection(world, folder, ProposalOptions(), [movie, videos + "vp8.webm"])
    #expect(tasks(both).map(\.keyFrame.description) == ["bframes,0001", "vp8,0000"])
    // A single video has its own alone.
    let one = try detection(world, folder)
    #expect(tasks(one).map(\.keyFrame.description) == ["bframes,0001"])
    let rows = world.folder.path + "/rows"
    for name in ["bframes", "vp8"] { try writeFile("\(rows)/\(name).csv", "\(name),1,0.1,0.2,0.3,0.4,,0.95\n") }
    let read = try detection(world, rows)
    #expect(tasks(read).map(\.keyFrame.description) == ["bframes,0001"])
    #expect(try read.notices(goingOnWith: []) == read.notices)
  }

  @Test("Labels of another video in the folder are not the given one's, where others say its name")
  func labelsOfOthers() throws {
    func moments(_ names: [String]) throws -> [String] {
      let world = World()
      defer { world.folder.remove() }
      let folder = world.folder.path + "/labels"
      for name in names { try writeFile("\(folder)/\(name).txt", "0 0.2 0.3 0.2 0.4 0.95\n") }
      return tasks(try detection(world, folder)).map(\.keyFrame.description)
    }
    #expect(try moments(["bframes_26", "foo_51"]) == ["bframes,0001"])
    #expect(try moments(["bframes_26", "bframes2_51", "bframes_b_51"]) == ["bframes,0001"])
    // Mere numbers say no other; and where no name says the video, all are its own.
    #expect(try moments(["bframes_26", "51"]) == ["bframes,0001", "bframes,0002"])
    #expect(try moments(["frame_26", "frame_51"]) == ["bframes,0001", "bframes,0002"])
  }

  @Test("A frame's number becomes the time stamp that it has in a file of a variable rate")
  func variableRate() throws {
    let index = try VideoIndex(path: videos + "vfr.mkv")
    let numbers = [0, 7, index.frameCount - 1]
    let rows = numbers.map { "vfr,\($0),0.1,0.2,0.3,0.4\n" }.joined()
    let found = try detection("video,frame,x1,y1,x2,y2\n" + rows, ProposalOptions(), [videos + "vfr.mkv"])
    #expect(tasks(found).map { $0.moment.frame } == numbers)
    for (task, number) in zip(tasks(found), numbers) {
      #expect(abs(task.moment.seconds - index.time(of: number)) < 1e-6)
    }
    // The times are not those of a constant rate.
    #expect(abs(index.time(of: 7) - 7 / index.framesPerSecond) > 0.005)
  }

  @Test("The first frame is 0 where there is one, else 1, or what the user says")
  func firstFrame() throws {
    func frames(_ numbers: [Int], _ options: ProposalOptions = ProposalOptions()) throws -> [Int] {
      let rows = numbers.map { "\($0),0.1,0.2,0.3,0.4\n" }.joined()
      return tasks(try detection("frame,x1,y1,x2,y2\n" + rows, options)).map { $0.moment.frame }
    }
    #expect(try frames([0, 9]) == [0, 9] && frames([1, 9]) == [0, 8] && frames([5]) == [4])
    #expect(try frames([1, 9], ProposalOptions(firstFrame: 0)) == [1, 9])
    #expect(try frames([101, 109], ProposalOptions(firstFrame: 100)) == [1, 9])
    let found = try detection("frame,x1,y1,x2,y2\n5,0.1,0.2,0.3,0.4\n")
    #expect(found.remarks.contains { $0.contains("frames of 'bframes' are counted from 1, for the first") })
  }

  @Test("Frames of a MOT text count from 1, or from 0 where one text of them has a frame 0, which is said")
  func firstFrameOfMOT() throws {
    func rows(_ numbers: [Int]) -> String { numbers.map { "\($0),1,10,20,30,40,0.9\n" }.joined() }
    let usual = try detection(rows([1, 9]), as: "boxes.txt")
    #expect(tasks(usual).map { $0.moment.frame } == [0, 8])
    #expect(!usual.remarks.contains { $0.contains("are counted from") })
    let early = try detection(rows([0, 9, 59]), as: "boxes.txt")
    #expect(tasks(early).map { $0.moment.frame } == [0, 9, 59])
    #expect(!early.notices.contains { $0.contains("has not") }, "\(early.notices)")
    #expect(
      early.remarks.contains(
        "proposals: frames of 'bframes' are counted from 0, for there is a frame 0 (--proposals-first-frame says otherwise)"
      ),
      "\(early.remarks)")
    let given = try detection(rows([0, 9]), as: "boxes.txt", ProposalOptions(firstFrame: 0))
    #expect(tasks(given).map { $0.moment.frame } == [0, 9])
    let world = World()
    defer { world.folder.remove() }
    let folder = world.folder.path + "/mot"
    try writeFile(folder + "/bframes.txt", rows([3, 9]))
    try writeFile(folder + "/ntsc.txt", rows([0, 9]))
    let both = try detection(world, folder, ProposalOptions(), [movie, videos + "ntsc.mp4"])
    #expect(tasks(both).filter { $0.keyFrame.video == "bframes" }.map { $0.moment.frame } == [3, 9])
    let late = try detection(rows([1, 60, 61]), as: "boxes.txt").notices.joined(separator: "\n")
    #expect(
      late.contains("which are 1 to 60: 61 -> give the video that the boxes are of, --proposals-first-frame where"),
      "\(late)")
  }

  @Test("Of a frame and a second the second counts; where it does not, both must go alike")
  func framesAndSeconds() throws {
    func frames(_ rows: [(Int, Double)], _ second: String = "second", start: Double? = nil, fps: Double? = nil) throws
      -> [Int]
    {
      let text = rows.map { "\($0),\($1),0.1,0.2,0.3,0.4\n" }.joined()
      let options = ProposalOptions(framesPerSecond: fps)
      let found = try detection("frame,\(second),x1,y1,x2,y2\n" + text, options, start: start)
      return tasks(found).map { $0.moment.frame }
    }
    // Each fifth frame, counted; frames from 0 or from 1.
    let fifth: [(Int, Double)] = [(0, 0), (5, 1), (10, 2)]
    #expect(try frames(fifth) == [0, 25, 50])
    #expect(try frames(fifth.map { ($0.0, $0.1 * 1000) }, "time_ms") == [0, 25, 50])
    #expect(try frames([(25, 1)]) == [25] && frames([(26, 1)]) == [25])
    // Seconds since 1970 are none of the video's.
    #expect(try frames([(0, 1.75e9), (25, 1.75e9 + 1)], "timestamp") == [0, 25])
    // Frames of a video whose first second the call says.
    #expect(try frames([(0, 0), (25, 1.002)], start: 7) == [0, 25])
    let error = text { _ = try frames(fifth, start: 7) }
    #expect(
      error.contains("line 3 of '")
        && error.contains(
          "from frame 0 to 5 of 'bframes' 0.200 s pass, and the file's own seconds are 0.0 and 1.0 -> say with "
            + "--proposals-fps 5.0 how many of the file's frames are a second, or remove the column"),
      "\(error)")
    #expect(try frames(fifth, start: 7, fps: 5) == [0, 25, 50])
    #expect(text { _ = try frames([(9, 1), (9, 2)], start: 0) }.contains(" 1.0 and 2.0 -> remove the column"))
  }

  @Test("Times since 1970 are no seconds of a video, which is said")
  func sinceTheEpoch() throws {
    let said = text {
      _ = try detection("timestamp,x1,y1,x2,y2\n1700000001.0,0.1,0.2,0.3,0.4\n1700000002.0,0.1,0.2,0.3,0.4\n")
    }
    #expect(
      said.contains(
        "2 boxes of 'bframes' at 1700000001 and later, which is no second of a video, but may be a time since 1970 -> "
          + "subtract the time of the video's first frame"),
      "\(said)")
    #expect(!said.contains("beside the picture"), "\(said)")
  }

  @Test("Frames that were taken at another rate")
  func otherRate() throws {
    let text = "frame,x1,y1,x2,y2\n0,0.1,0.2,0.3,0.4\n2,0.1,0.2,0.3,0.4\n4,0.1,0.2,0.3,0.4\n5,0.1,0.2,0.3,0.4\n"
    let found = try detection(text, ProposalOptions(framesPerSecond: 2))
    #expect(tasks(found).map { $0.moment.seconds } == [0, 1, 2])
    #expect(found.notices.contains { $0.contains("1 box at frames that 'bframes' has not, which are 0 to 4: 5") })
  }

  @Test("Frames beyond the video are counted, and said with what it has")
  func outside() throws {
    let text = "frame,x1,y1,x2,y2\n0,0.1,0.2,0.3,0.4\n60,0.1,0.2,0.3,0.4\n60,0.2,0.2,0.3,0.4\n75,0.1,0.2,0.3,0.4\n"
    let said = try detection(text).notices.joined(separator: "\n")
    for part in ["3 boxes at frames that 'bframes' has not, which are 0 to 59: 60, 75", "--proposals-fps"] {
      #expect(said.contains(part), "\(said)")
    }
  }

  @Test("Times and key frames are named from the starting second; steps take the nearest boxes")
  func starts() throws {
    let text = "frame,x1,y1,x2,y2\n" + (0..<60).map { "\($0),0.1,0.2,0.3,0.4\n" }.joined()
    let named = try detection(text, start: 900)
    #expect(tasks(named).map(\.keyFrame.description).prefix(2) == ["bframes,0900", "bframes,0900.04"])
    #expect(tasks(named).count == 60)
    #expect(named.notices.contains { $0.contains("25.0 frames a second") && $0.contains("--every 1") })
    let stepped = try detection(text, every: 1)
    #expect(tasks(stepped).map { $0.moment.frame } == [0, 25, 50])
    #expect(!stepped.notices.contains { $0.contains("--every") })
  }

  @Test("People are told by the format's convention; other classes on request")
  func classes() throws {
    func found(_ classes: [String], _ wanted: [String]) throws -> Int {
      let rows = classes.enumerated().map { "0,0.1,0.2,0.\(3 + $0),0.4,\($1)\n" }.joined()
      let found = try detection("frame,x1,y1,x2,y2,class\n" + rows, ProposalOptions(personClasses: wanted))
      return tasks(found).reduce(0) { $0 + ($1.people?.count ?? 0) }
    }
    #expect(try found(["person", "dog", "Pedestrian", ""], []) == 3)
    #expect(try found(["person", "dog", "cat"], ["dog", "CAT"]) == 2)
    #expect(try found(["person", "dog", ""], ["all"]) == 3)
    #expect(try found(["7", "7"], []) == 2)
    #expect(try found(["7", "8"], ["8"]) == 1)
    #expect(
      text { _ = try found(["7", "8", "8"], []) }.contains(
        "the classes are numbers, 8 (2), 7 (1), and the file does not say which is a person -> --person-class NUMBER"))
    #expect(
      text { _ = try found(["dog", "cat", "dog"], []) }.contains(
        "expected boxes of a person, found dog (2), cat (1) -> name the classes to score: --person-class NAME"))
    #expect(text { _ = try found(["dog"], ["cat"]) }.contains("expected boxes of the class cat, found dog (1)"))
    #expect(text { _ = try found([""], ["cat"]) }.contains("the boxes have no classes -> leave --person-class out"))
    let said = try detection("frame,x1,y1,x2,y2,class\n0,0.1,0.2,0.3,0.4,dog\n0,0.1,0.2,0.3,0.4,person\n").remarks
    #expect(said.contains("proposals: 1 box of other classes left out (--person-class): dog (1)"), "\(said)")
  }

  @Test("The best boxes of a key frame, scores below the threshold, and boxes given twice")
  func fewer() throws {
    let rows = [0.95, 0.85, 0.99, 0.5, 0.9].enumerated().map { "0,0.1,0.2,0.\(3 + $0),0.4,\($1)\n" }.joined()
    let text = "frame,x1,y1,x2,y2,score\n" + rows + "0,0.1,0.2,0.3,0.4,0.95\n3,0.1,0.2,0.3,0.4,0.1\n"
    let found = try detection(text, ProposalOptions(boxLimit: 2))
    #expect(tasks(found).map { ($0.people ?? []).map(\.proposalScore) } == [[0.95, 0.99]])
    #expect(found.remarks.contains("proposals: 2 boxes beyond the best 2 of a key frame left out (--max-boxes)"))
    #expect(found.remarks.contains("proposals: 1 box given twice, taken once"))
    #expect(found.notices.contains { $0.contains("2 rows of 7 below the score threshold 0.8") })
    // A key frame all of whose boxes are too low belongs to the run, without scores.
    #expect(found.keyFrames.map(\.description) == ["bframes,0000", "bframes,0000.12"])
  }

  @Test("Boxes and rows of videos that are not given are counted")
  func otherVideos() throws {
    let table = try detection(
      "video,frame,x1,y1,x2,y2\nbframes,0,0.1,0.2,0.3,0.4\nb,0,0.1,0.2,0.3,0.4\nb,9,0.1,0.2,0.3,0.4\n")
    #expect(
      table.remarks.contains("proposals: 2 boxes of 1 video that is not given left out: b (2)"), "\(table.remarks)")
    let rows = ["bframes,0", "b,0", "c,9"].map { "\($0),0.1,0.2,0.3,0.4,,0.99\n" }.joined()
    let others = try detection(rows)
    #expect(
      others.remarks.contains("proposals: 2 rows of 2 videos that are not given left out: b (1), c (1)"),
      "\(others.remarks)")
  }

  @Test("Ids of other forms and those that a moment has twice are said")
  func ids() throws {
    let rows = "0,0.1,0.2,0.3,0.4,anna\n0,0.5,0.2,0.7,0.4,bert\n25,0.1,0.2,0.3,0.4,bert\n25,0.5,0.2,0.7,0.4,bert\n"
    let found = try detection("frame,x1,y1,x2,y2,track\n" + rows)
    #expect(
      found.remarks.contains(
        "proposals: ids that are no whole numbers are counted in the order in which they appear: 'anna' is 1, 'bert' is 2"
      ),
      "\(found.remarks)")
    let said = found.notices.filter { $0.contains("with an id that another box of the same moment has") }
    #expect(said.count == 1 && said[0].hasPrefix("proposals: 1 box of 'bframes' with an id"), "\(found.notices)")
    #expect(said.first?.contains("first the id 2 in line 5 of '") == true, "\(found.notices)")
  }

  @Test("Pixels are those of the picture that is named, of the one that is given, of the video")
  func sizes() throws {
    func box(_ text: String, _ options: ProposalOptions = ProposalOptions()) throws -> UnitBox? {
      tasks(try detection(text, options)).first?.people?.first?.box
    }
    let plain = "frame,x1,y1,x2,y2\n0,10,20,50,60\n"
    #expect(try box(plain) == UnitBox(x1: 10.0 / 97, y1: 20.0 / 63, x2: 50.0 / 97, y2: 60.0 / 63))
    let given = UnitBox(x1: 0.1, y1: 0.25, x2: 0.5, y2: 0.75)
    #expect(try box(plain, ProposalOptions(size: ImageSize(width: 100, height: 80))) == given)
    #expect(try box("frame,x1,y1,x2,y2,image_width,image_height\n0,10,20,50,60,100,80\n") == given)
    // Few boxes may reach beyond the picture, many are of another one.
    let far = "frame,x1,y1,x2,y2\n0,10,20,50,60\n1,10,20,500,600\n"
    #expect(
      text { _ = try box(far) }.contains(
        "many boxes of 'bframes' lie beyond its picture of 97 x 63 pixels, up to 500 x 600 -> say of which picture"))
    let few =
      "frame,x1,y1,x2,y2\n" + (0..<9).map { "\($0),10,20,50,60\n" }.joined() + "9,10,20,110,60\n9,200,20,210,60\n"
    let found = try detection(few)
    #expect(tasks(found).count == 10)
    let said = found.notices.joined(separator: "\n")
    #expect(said.contains("1 box reaching beyond the frame, the first at line 11 of '"), "\(said)")
    #expect(said.contains("1 box of 'bframes' beside the picture"), "\(said)")
  }

  @Test("Boxes without a video's name are of the only one, or of the one that is called like the file")
  func names() throws {
    let mot = "1,1,10,20,30,40,0.9\n"
    let two = [movie, videos + "ntsc.mp4"]
    #expect(text { _ = try detection(mot, as: "boxes.txt", ProposalOptions(), two) }.contains("of which of 2 videos"))
    #expect(try detection(mot, as: "ntsc.txt", ProposalOptions(), two).plan.map(\.name) == ["ntsc"])
    let table =
      "video,frame,x1,y1,x2,y2\na/bframes.mp4,1,0.1,0.2,0.3,0.4\nntsc,1,0.1,0.2,0.3,0.4\nx,1,0.1,0.2,0.3,0.4\n"
    #expect(try detection(table, ProposalOptions(), two).plan.map(\.name) == ["bframes", "ntsc"])
    let said = text { _ = try detection("video,frame,x1,y1,x2,y2\nother.mp4,1,0.1,0.2,0.3,0.4\n") }
    #expect(said.contains("no box is left for bframes: the file has boxes of other.mp4 (1)"), "\(said)")
    let unsure = text {
      _ = try detection(
        "video,frame,x1,y1,x2,y2,score\nbframes,1,0.1,0.2,0.3,0.4,0.3\nbframes,9,0.1,0.2,0.3,0.4,0.55\n")
    }
    #expect(
      unsure.hasSuffix(
        "2 boxes are below the score threshold -> set AVA.DETECTION_SCORE_THRESH to no more than 0.55, the highest score"
      ),
      "\(unsure)")
    #expect(
      text { _ = try detection("image,x1,y1,x2,y2\nbframes.jpg,0.1,0.2,0.3,0.4\n") }.contains(
        "expected a picture whose name ends in the number of a frame, found 'bframes'"))
  }

  @Test("A video that cannot be opened costs its own key frames, at likely times")
  func unreadable() throws {
    let text = "video,frame,x1,y1,x2,y2\nbframes,0,0.1,0.2,0.3,0.4\nbad,0,10,20,30,40\nbad,60,10,20,30,40\n"
    let bad = videos + "gone/bad.mp4"
    let found = try detection(text, ProposalOptions(), [movie, bad], stopsAtDamage: false)
    #expect(found.keyFrames.map(\.description) == ["bframes,0000", "bad,0000", "bad,0002"])
    #expect(
      found.notices.contains {
        $0.hasPrefix("proposals: how many frames of 'bad' are a second is not known")
          && $0.hasSuffix("as if there were 30")
      }, "\(found.notices)")
  }

  @Test("Options that mean nothing for AVA's rows are refused; unknown formats, too")
  func idleOptions() throws {
    let rows = "bframes,1,0.1,0.2,0.5,0.9,,0.9\n"
    let idle = text { _ = try detection(rows, ProposalOptions(personClasses: ["dog"], boxLimit: 3)) }
    #expect(idle.contains("has AVA's rows, for which --person-class and --max-boxes mean nothing -> leave them out"))
    #expect(try detection(rows, ProposalOptions(format: "ava")).keyFrameCount == 1)
    let said = try detection(rows).remarks
    #expect(
      said.count == 1 && said[0].hasSuffix("boxes.csv' is PySlowFast's rows: 1 row of boxes in fractions of the frame"))
    #expect(text { _ = try detection(rows, ProposalOptions(format: "yola")) }.contains("did you mean yolo?"))
  }

  @Test("The files of a folder are what a run depends on")
  func identity() throws {
    let world = World()
    defer { world.folder.remove() }
    let folder = world.folder.path + "/labels"
    func identity(_ second: String) throws -> String {
      try makeFolder(folder)
      try writeFile(folder + "/bframes_1.txt", "0 0.5 0.5 0.2 0.4\n")
      try writeFile(folder + "/bframes_2.txt", second)
      let found = try detection(world, folder)
      return "\(try found.identity([randomModel(world.config())], isStill: false))"
    }
    #expect(try identity("0 0.5 0.5 0.2 0.4\n") == identity("0 0.5 0.5 0.2 0.4\n"))
    #expect(try identity("0 0.5 0.5 0.2 0.4\n") != identity("1 0.5 0.5 0.2 0.4\n"))
  }
}
