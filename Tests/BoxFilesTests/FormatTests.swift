import BoxFiles
import Files
import Geometry
import TestSupport
import Testing

@Suite struct FormatTests {
  @Test("YOLO's sixth number is a score, or the track of a tracker without scores")
  func yoloExtras() throws {
    let scores = try #require(try read("0 0.5 0.5 0.2 0.3 0.9\n0 0.5 0.5 0.2 0.3 1\n"))
    #expect(scores.records.map(\.score) == [0.9, 1] && scores.records.map(\.track) == [nil, nil])
    let tracks = try #require(try read("0 0.5 0.5 0.2 0.3 1\n0 0.5 0.5 0.2 0.3 12\n"))
    #expect(tracks.records.map(\.track) == [1, 12] && tracks.records.map(\.score) == [nil, nil])
    let none = try #require(try read("3 0.5 0.5 0.2 0.4\n"))
    #expect(none.records[0].score == nil && none.records[0].classNumber == 3 && none.personNumber == 0)
    for (a, b) in zip(corners(none.records[0]), [0.4, 0.3, 0.6, 0.7]) { #expect(abs(a - b) < 1e-12) }
  }

  @Test("Key points of a pose model stand between box and score", arguments: [34, 51])
  func pose(points: Int) throws {
    let line = "0 0.5 0.5 0.2 0.4 " + Array(repeating: "0.25", count: points).joined(separator: " ")
    #expect(try #require(try read(line + "\n")).records[0].score == nil)
    let full = try #require(try read(line + " 0.75 7\n")).records[0]
    #expect(full.score == 0.75 && full.track == 7 && full.x1 == 0.4)
  }

  @Test("A list of names beside YOLO's labels names the classes")
  func yoloNames() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    _ = try scratch.file("classes.txt", "dog\nperson\n")
    _ = try scratch.file("clip/frame_000003.txt", "1 0.5 0.5 0.2 0.4\n")
    _ = try scratch.file("clip/frame_000000.txt", "")
    let file = try #require(try BoxFile.read(path: scratch.folder.path))
    #expect(file.format == "yolo" && file.classNames == [0: "dog", 1: "person"] && file.personNumber == nil)
    #expect(file.records.count == 1 && file.className(of: file.records[0]) == "person")
    #expect(file.pictures.map { splitPath($0).name } == ["frame_000000", "frame_000003"])
    #expect(file.describe(file.records[0].place).hasPrefix("line 1 of '"))
    #expect(file.describe(file.records[0].place).hasSuffix("clip/frame_000003.txt'"))
  }

  @Test("MOTChallenge's classes are those of ground truth, or of a tracker's detector")
  func motClasses() throws {
    let truth = try #require(try read("1,1,10,20,30,40,1,1,0.5\n1,2,10,20,30,40,0,3,1\n"))
    #expect(truth.personNumber == 1 && truth.firstFrame == 1 && truth.records.map(\.score) == [1, 0])
    #expect(truth.records.map { truth.className(of: $0) } == ["pedestrian", "car"])
    let tracker = try #require(try read("1 1 10 20 30 40 0.9 0 -1\n1 2 10 20 30 40 0.9 2 -1\n"))
    #expect(tracker.format == "mot" && tracker.personNumber == 0 && tracker.records.map(\.classNumber) == [0, 2])
    let ten = try #require(try read("1,-1,10,20,30,40,-1,-1,-1,-1\n"))
    #expect(ten.records[0].score == nil && ten.records[0].track == nil && ten.records[0].classNumber == nil)
    #expect(corners(ten.records[0]) == [10, 20, 40, 60])
    // Scores of a detector may be negative; -1 is none only where all are.
    #expect(try read("1,-1,10,20,30,40,-1\n1,-1,10,20,30,40,-0.5\n")?.records.map(\.score) == [-1, -0.5])
  }

  @Test("A folder of MOTChallenge's files has a video in each")
  func motFolder() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    for name in ["b", "a"] { _ = try scratch.file(name + ".txt", "3,1,10,20,30,40,0.9\n") }
    let file = try #require(try BoxFile.read(path: scratch.folder.path))
    #expect(file.format == "mot" && file.records.map(\.video) == ["a", "b"] && file.files.count == 2)
    let sum = try file.fingerprint(doing: "testing")
    _ = try scratch.file("b.txt", "3,1,10,20,30,41,0.9\n")
    #expect(try file.fingerprint(doing: "testing") != sum && sum.hasPrefix("2 files, sha256 "))
  }

  @Test("COCO's pictures are named by an annotation file, by the item, or by numbers")
  func cocoPictures() throws {
    func position(_ item: String) throws -> BoxRecord {
      try #require(try read("[{\(item), \"category_id\": 1, \"bbox\": [1, 2, 30, 4], \"score\": 0.5}]")).records[0]
    }
    #expect(try position("\"image_id\": 12").position == .frame(12))
    #expect(try position("\"image_id\": \"a_12\"").position == .picture("a_12", number: nil))
    #expect(try position("\"image_id\": 3, \"file_name\": \"x/a_12.jpg\"").position == .picture("x/a_12", number: nil))
    let second = try position("\"image_id\": \"a,0902\"")
    #expect(second.position == .second(902) && second.video == "a")
    let file = try #require(
      try read(
        """
        {"videos": [{"id": 5, "name": "clip"}], "images": [{"id": 1, "video_id": 5, "frame_id": 7, "width": 10, "height": 20}],
         "annotations": [{"image_id": 1, "bbox": [1, 2, 3, 4], "track_id": 9, "category_id": 0}]}
        """))
    let video = file.records[0]
    #expect(file.firstFrame == 0)
    #expect(video.video == "clip" && video.position == .frame(7) && video.size == ImageSize(width: 10, height: 20))
    #expect(video.track == 9)
  }

  @Test("A category 0 means that classes are counted from there")
  func cocoCategories() throws {
    func person(_ number: Int) throws -> Int? {
      try read("[{\"image_id\": 1, \"category_id\": \(number), \"bbox\": [1, 2, 30, 4], \"score\": 0.5}]")?.personNumber
    }
    #expect(try person(0) == 0 && person(1) == 1 && person(3) == 1)
  }

  @Test("AlphAction's films need a file of images where there are several")
  func alphActionFilms() throws {
    let items = [30901, 40902].map { "{\"image_id\": \($0), \"bbox\": [1, 2, 3, 4], \"score\": 0.5}" }
    #expect(complaint("[\(items.joined(separator: ","))]").contains("films 3 and 4 -> give AlphAction's"))
    let one = try #require(try read("[\(items[0])]"))
    #expect(one.format == "alphaction" && one.records[0].position == .second(901) && one.records[0].video == nil)
    let named = try #require(
      try BoxFile.read(path: examples + "alphaction.json", images: examples + "alphaction_images.json"))
    #expect(named.records.map(\.video) == Array(repeating: "bframes", count: 4))
    #expect(named.records[0].size == ImageSize(width: 97, height: 63))
  }

  @Test("Image ids that may be seconds or frames are said to be both")
  func ambiguity() throws {
    let text = "[{\"image_id\": 903, \"bbox\": [1, 2, 3, 4], \"score\": 0.5}]"
    let said = complaint(text, as: "x.json")
    for part in [
      "x.json' may be COCO's JSON (", ") or AlphAction's JSON (", "--proposals-format coco or alphaction",
    ] { #expect(said.contains(part), "\(said)") }
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    // Who has no such option is told of none.
    let bare = #expect(throws: BoxFileError.self) {
      try BoxFile.read(path: scratch.file("x.json", text), options: .none)
    }
    #expect(
      "\(String(describing: bare))".contains(") -> export the boxes in another form"), "\(String(describing: bare))")
    #expect(try read(text, format: "coco")?.records[0].position == .frame(903))
    #expect(try read(text, format: "alphaction")?.records[0].position == .second(903))
  }

  @Test("Tables are read by the names of their columns", arguments: namedColumns)
  func tables(_ table: Table) throws {
    let file = try #require(try read(table.text, as: "t.csv"))
    let record = file.records[0]
    #expect(file.format == "csv" && record.position == table.position && record.video == table.video)
    #expect(corners(record) == table.box && record.unit == table.unit)
    #expect(file.className(of: record) == table.className && record.score == table.score)
  }

  @Test("Seconds of a table may be hours, minutes and seconds; what is none is refused")
  func clockTimes() throws {
    func table(_ time: String) -> String { "timestamp,x1,y1,x2,y2\n\(time),0.1,0.2,0.3,0.4\n" }
    for (text, second) in [("1:02:03.5", 3723.5), ("00:00:02", 2), ("90:01.25", 5401.25), ("00:00", 0), ("12.5", 12.5)]
    {
      #expect(try read(table(text), as: "t.csv")?.records[0].position == .second(second), "\(text)")
    }
    for text in ["00:00:02:11", "1:60:00", "1:-2:00", "0:0:60", "1:", ":1", "a:01"] {
      #expect(
        complaint(table(text), as: "t.csv").contains("a number in the column 'timestamp', found '\(text)'"), "\(text)")
    }
    let both = try #require(try read("frame,time,x1,y1,x2,y2\n60,00:02.4,0.1,0.2,0.3,0.4\n", as: "t.csv"))
    #expect(both.records[0].second?.value == 2.4 && both.records[0].second?.step == 0.1)
  }

  @Test("Excel's line of the separator and decimal commas are read, and said")
  func spreadsheets() throws {
    let plain = try #require(try read("sep=,\r\nframe,x1,y1,x2,y2\r\n3,0.1,0.2,0.3,0.4\r\n", as: "a.csv"))
    #expect(
      corners(plain.records[0]) == [0.1, 0.2, 0.3, 0.4] && plain.describe(plain.records[0].place).hasPrefix("line 3"))
    #expect(plain.remarks == ["the line 'sep=' is Excel's, and no row"])
    let commas = try #require(
      try read("sep=;\nframe;second;x1;y1;x2;y2;label\n3;1,25;10,5;2;102,0;40;1,5 m\n", as: "a.csv"))
    #expect(corners(commas.records[0]) == [10.5, 2, 102, 40])
    #expect(commas.records[0].second?.value == 1.25 && commas.records[0].second?.step == 0.01)
    #expect(commas.records[0].className == "1,5 m")
    #expect(commas.remarks.last == "decimal commas are read as points")
    let tabs = try #require(try read("frame\tx1\ty1\tx2\ty2\n3\t0,1\t0,2\t0,3\t0,4\n", as: "a.csv"))
    #expect(corners(tabs.records[0]) == [0.1, 0.2, 0.3, 0.4])
  }

  @Test("VIA 3: attributes name the class, what is no rectangle is counted")
  func via() throws {
    let text = """
      # Exported using VGG Image Annotator
      # SHAPE_ID = {"RECTANGLE":2}
      # CSV_HEADER = metadata_id,file_list,flags,temporal_coordinates,spatial_coordinates,metadata
      "1_a","[""v.mp4""]",0,"[1.5,3]","[]","{}"
      "1_b","[""v.mp4""]",0,"[1.5]","[7,1,2,3,4,5,6]","{}"
      "1_c","[""v, w.mp4""]",0,"[2.25]","[2,1,2,3,4]","{""label"":""rider""}"
      "1_d","[""v_12.jpg""]",0,"[]","[2,1,2,3,4]","{}"

      """
    let file = try #require(try read(text, as: "v.csv"))
    #expect(file.records.map(\.position) == [.time(2.25), .picture("v_12", number: nil)])
    #expect(file.records[0].video == "v, w.mp4" && file.records[0].className == "rider")
    #expect(file.leftOut.map { "\($0.what) \($0.count)" } == ["stretch of time without a box 1", "polygon 1"])
    #expect(file.records[0].place.number == 6)
  }

  @Test(
    "VIA 3: a box of a video at no time is left out, whatever number the video's name ends in",
    arguments: [
      "synth7_1.mp4", "synth7_1.avi", "clip_25", "a.mp4_12",
    ])
  func viaWithoutTimes(_ name: String) throws {
    func project(_ times: String) -> String {
      "\u{FEFF}{\"project\": {\"vid_list\": [\"1\"]}, \"file\": {\"1\": {\"fid\": \"1\", \"fname\": \"\(name)\"}}, \"view\": {\"1\": "
        + "{\"fid_list\": [\"1\"]}}, \"metadata\": {"
        + [times, "2.5"].map {
          "\"m\($0)\": {\"vid\": \"1\", \"z\": [\($0)], \"xy\": [2, 1, 2, 30, 40], \"av\": {}}"
        }.joined(separator: ", ") + "}}"
    }
    // A mark of UTF-8 at the beginning is no damage.
    let file = try #require(try read(project(""), as: "v.json"))
    #expect(file.records.map(\.position) == [.time(2.5)])
    #expect(file.leftOut.map { "\($0.what) \($0.count)" } == ["region without a time 1"])
    #expect(try read(project("1"), as: "v.json")?.records.count == 2)
  }

  @Test("CVAT: frames of a task that takes every third from the tenth on are the video's, as the export has them")
  func cvatSteps() throws {
    let text = """
      <?xml version="1.0" encoding="utf-8"?>
      <annotations><meta><task><start_frame>10</start_frame><frame_filter>step=3</frame_filter></task></meta>
      <track id="4" label="rider"><box frame="16" outside="0" occluded="0" keyframe="1" xtl="1" ytl="2" xbr="3" ybr="4"/>
      <polygon frame="16" points="1,2"/></track></annotations>
      """
    let file = try #require(try read(text, as: "a.xml"))
    #expect(file.records[0].position == .frame(16) && file.records[0].track == 4 && file.firstFrame == 0)
    #expect(file.leftOut.map(\.what) == ["polygon"] && file.records[0].video == nil)
  }

  @Test("CVAT: images of such a task have the video's numbers in their names, the task's as their ids")
  func cvatImagesOfSteps() throws {
    let text = """
      <annotations><meta><task><start_frame>10</start_frame><frame_filter>step=3</frame_filter></task></meta>
      <image id="2" name="frame_000016" width="97" height="63">
      <box label="person" occluded="0" xtl="1" ytl="2" xbr="3" ybr="4"/></image></annotations>
      """
    let file = try #require(try read(text, as: "a.xml"))
    #expect(file.records[0].position == .picture("frame_000016", number: 2) && file.pictures == ["frame_000016"])
    #expect(file.firstFrame == 0 && file.records[0].size == ImageSize(width: 97, height: 63))
  }

  @Test("CVAT: a project has several videos, each task's boxes are its own")
  func cvatProject() throws {
    func task(_ id: Int, _ source: String, _ width: Int) -> String {
      "<task><id>\(id)</id><segments><segment><id>9</id></segment></segments><original_size><width>\(width)</width>"
        + "<height>63</height></original_size><source>\(source)</source></task>"
    }
    func project(_ owner: String) -> String {
      "<annotations><meta><project><id>1</id><tasks>" + task(4, "a.mp4", 97) + task(5, "b.mp4", 50)
        + "</tasks></project></meta><track id=\"0\" label=\"run\" \(owner)><box frame=\"3\" outside=\"0\" xtl=\"1\" ytl=\"2\" "
        + "xbr=\"3\" ybr=\"4\"><attribute name=\"mood\"> good </attribute></box></track><image id=\"2\" name=\"frame_000016\" "
        + "\(owner)><box label=\"person\" xtl=\"1\" ytl=\"2\" xbr=\"3\" ybr=\"4\"/></image></annotations>"
    }
    let file = try #require(try read(project("task_id=\"4\""), as: "a.xml"))
    #expect(
      file.records.map(\.video) == ["a.mp4", "a.mp4"] && file.records[0].size == ImageSize(width: 97, height: 63))
    #expect(file.records[0].attributes.map(\.name) == ["mood"] && file.records[0].attributes[0].values == ["good"])
    #expect(file.records[1].attributes.isEmpty)
    #expect(
      complaint(project(""), as: "a.xml").contains(
        "expected the id of one of 2 tasks, each of a video of its own, found none -> export each task by itself"))
  }

  @Test("Packed files are read as they are")
  func packed() throws {
    let scratch = Scratch()
    defer { scratch.folder.remove() }
    // gzip of "0 0.5 0.5 0.2 0.4 0.9\\n"
    let bytes: [UInt8] = [
      0x1f, 0x8b, 0x8, 0x0, 0x0, 0x0, 0x0, 0x0, 0x2, 0xff, 0x33, 0x50, 0x30, 0xd0, 0x33, 0x85, 0x62, 0x23, 0x20, 0x36,
      0x1, 0x62, 0x4b, 0x2e, 0x0, 0x98, 0xac, 0xab, 0xa1, 0x16, 0x0, 0x0, 0x0,
    ]
    let path = scratch.folder.path + "/v_1.txt.gz"
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
    let record = try #require(try BoxFile.read(path: path)).records[0]
    #expect(record.score == 0.9 && record.position == .picture("v_1", number: nil))
  }
}

/// A table and its first box.
struct Table: Sendable, CustomTestStringConvertible {
  var text: String
  var position: BoxRecord.Position
  var video: String?
  var box: [Double]
  var unit = BoxRecord.Unit.pixels
  var className: String?
  var score: Double?
  var testDescription: String { String(text.prefix { $0 != "\n" }) }
}

private let namedColumns = [
  Table(
    text: "frame,id,x,y,w,h,conf\n1,1,94,94,66,196,0.9\n", position: .frame(1), box: [94, 94, 160, 290], score: 0.9),
  Table(
    text: "Frame ID;Box Left;Box Top;Box Right;Box Bottom;Class\n3;1;2;3;4;\"a;b\"\n", position: .frame(3),
    box: [1, 2, 3, 4], className: "a;b"),
  Table(
    text: "video\ttimestamp\tcx\tcy\tw\th\tlabel\nclip.mp4\t1.5\t0.5\t0.5\t0.5\t0.25\tperson\n", position: .second(1.5),
    video: "clip.mp4", box: [0.25, 0.375, 0.75, 0.625], unit: .fractions, className: "person"),
  Table(
    text: "filename,width,height,class,xmin,ymin,xmax,ymax\nclip_12.jpg,640,480,person,1,2,3,4\n",
    position: .picture("clip_12", number: nil), box: [1, 2, 3, 4], className: "person"),
  Table(
    text: "\u{FEFF}time_ms,left,top,width,height,class_id\r\n2500,1,2,3,4,7\r\n", position: .second(2.5),
    box: [1, 2, 4, 6],
    className: "7"),
]
