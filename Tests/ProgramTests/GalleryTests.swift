import Files
import Foundation
import ImageFiles
import Imaging
import TestSupport
import Testing

/// `gallery` and contact sheets as a user has them.
struct GalleryTests {
  private let scratch = Scratch()
  private var out: String { scratch.path + "/out" }

  private func run(_ words: [String], rows: String = GalleryWorld.rows()) throws -> Program.Result {
    let source = try scratch.file("detections.csv", rows)
    let labels = try scratch.file("labels.pbtxt", GalleryWorld.labels())
    return Program.run(["gallery", source, "--labelmap", labels, "--output-dir", out] + words)
  }

  private func page(_ name: String = "index.html") throws -> String { try GalleryWorld.text(out + "/" + name) }

  @Test("One video: its page, its pictures, its people; twice the same bytes, and only if told so")
  func oneVideo() throws {
    let call = ["--video", GalleryWorld.video, "--timelines"]
    let result = try run(call)
    expectSuccess(result)
    #expect(result.stdout == "\(out)/index.html: 1 video\n")
    let first = try contents(of: out)
    #expect(
      first.keys.sorted() == ["index.html"]
        + ["0001.jpg", "0002.jpg", "0003.jpg", "0004.jpg", "person-1.png", "person-2.png"]
        .map { "synth1/" + $0 })
    #expect(try readImage(path: out + "/synth1/0002.jpg").width == 160)
    expectFailure(try run(call), ["index.html", "--overwrite"])
    expectSuccess(try run(call + ["--overwrite"]))
    #expect(difference(try contents(of: out), first) == nil)
  }

  @Test("The folder of a run will do; other tracks are taken from theirs")
  func folders() throws {
    expectSuccess(try run(["--video", GalleryWorld.video]))
    #expect(try page().contains("[[12, 0.5, 4.5, 0.8375]]"))
    let tracks = scratch.path + "/tracks"
    expectSuccess(
      Program.run(["tracks", scratch.path + "/detections.csv", "--output-dir", tracks, "--on", "0.85", "--off", "0.85"])
    )
    let result = Program.run([
      "gallery", scratch.path, "--output-dir", out, "--video", GalleryWorld.video, "--tracks", tracks, "--overwrite",
    ])
    expectSuccess(result)
    #expect(result.stderr.contains("actions are shown by their ids"))
    #expect(try page().contains("[[12, 0.5, 2.5, 0.925]]") && page().contains("\"action 14\""))
  }

  @Test("A page refers to its video, has a copy of it, or has it inside")
  func media() throws {
    let inner = scratch.path + "/a b/#1%"
    try makeFolder(inner)
    let video = inner + "/synth1.mp4"
    try FileManager.default.copyItem(atPath: GalleryWorld.video, toPath: video)
    let result = try run(["--video", video])
    expectSuccess(result)
    #expect(!result.stderr.contains("browsers"))
    #expect(try page().contains("\"film\": \"../a%20b/%231%25/synth1.mp4\""))
    expectSuccess(try run(["--video", video, "--media", "copy", "--overwrite"]))
    #expect(try page().contains("\"film\": \"synth1/film.mp4\""))
    #expect(try fileDifference(out + "/synth1/film.mp4", video) == nil)
    let alone = scratch.path + "/alone"
    let embedded = Program.run([
      "gallery", scratch.path, "--output-dir", alone, "--video", video, "--media", "embed",
    ])
    expectSuccess(embedded)
    #expect(try listFolder(alone) == ["index.html"])
    let start = Data(try readFile(video, doing: "testing").prefix(300)).base64EncodedString()
    #expect(try GalleryWorld.text(alone + "/index.html").contains("data-type=\"video/mp4\">" + start))
  }

  @Test("In a batch what is missing or broken is named, the others get their pages, and the status is 1")
  func batch() throws {
    let broken = try scratch.file("broken.mp4", "no video at all")
    let silent = scratch.path + "/silent.mp4"
    try FileManager.default.copyItem(atPath: GalleryWorld.video, toPath: silent)
    let rows = GalleryWorld.rows() + GalleryWorld.rows("broken") + GalleryWorld.rows("gone") + GalleryWorld.rows("else")
    let gone = scratch.path + "/gone.mp4"
    let result = try run(["--video", broken, gone, GalleryWorld.video, silent], rows: rows)
    #expect(result.status == 1 && result.stdout == "\(out)/index.html: 1 video\n")
    for words in [
      "warning: no page of video 'broken': ", "warning: \(gone): there is no such file -> check its name",
      "no frames were given for 1 video of the rows: else -> --video with theirs, too, makes them a page",
      "1 video without a row, which get no page: \(silent)",
      "Error: 2 videos without a page, named above -> ",
    ] { #expect(result.stderr.contains(words), "\(words) in \(result.stderr)") }
    let list = try page()
    #expect(list.contains("<title>1 video, 2 without a page</title>") && list.contains("href=\"synth1/index.html\""))
    #expect(list.contains("broken.mp4") && list.contains("gone.mp4: there is no such file"))
    #expect(try page("synth1/index.html").contains("\"film\": \"../../"))
    let strict = try run(["--video", broken, GalleryWorld.video, "--damaged", "stop", "--overwrite"], rows: rows)
    expectFailure(strict, ["broken.mp4"])
  }

  @Test("A broken video that no row speaks of is named and counted, too")
  func brokenWithoutRows() throws {
    let broken = try scratch.file("broken.mp4", "no video at all")
    let result = try run(["--video", broken, GalleryWorld.video])
    #expect(result.status == 1 && result.stdout == "\(out)/index.html: 1 video\n")
    #expect(
      result.stderr.contains("warning: no row speaks of '\(broken)', which cannot be read: ")
        && result.stderr.contains("Error: 1 video without a page, named above -> "), "\(result.stderr)")
    #expect(try page().contains("<title>1 video, 1 without a page</title>"))
    expectFailure(
      try run(["--video", broken, GalleryWorld.video, "--damaged", "stop", "--overwrite"]), ["broken.mp4"])
  }

  @Test("Nothing that can be shown is a failure, and leaves nothing")
  func nothing() throws {
    let broken = try scratch.file("synth1.mp4", "no video at all")
    expectFailure(try run(["--video", broken]), ["no page could be written"])
    expectFailure(try run(["--video", scratch.path + "/none.mp4"]), ["there is no such file"])
    expectFailure(
      try run(["--video", GalleryWorld.video], rows: GalleryWorld.rows("synth2")),
      ["none of 'synth1' is in", "did you mean --video-name 'synth2'?"])
    expectFailure(try run(["--video", GalleryWorld.video, "--tracks", scratch.path]), ["tracks.json"])
    #expect(!pathExists(out))
    let named = try run(["--video", GalleryWorld.video, "--video-name=-x"], rows: GalleryWorld.rows("-x"))
    expectSuccess(named)
    #expect(try listFolder(out) == ["-x", "index.html"])
  }

  @Test("A film that browsers do not play is said to be one, with what to do")
  func unplayable() throws {
    let fixtures = projectRoot + "/Tests/Fixtures/Video/"
    for (file, reason) in [
      ("mjpeg.avi", "mjpeg in AVI (Audio Video Interleaved)"), ("tenbit.mkv", " in Matroska / WebM"), ("vp8.webm", nil),
    ] {
      let name = fileStem(file)
      let result = try run(
        ["--video", fixtures + file, "--overwrite"], rows: "\(name),0,0.1,0.1,0.5,0.9,12,0.9\n")
      expectSuccess(result)
      let says = result.stderr.contains("many browsers do not play")
      #expect(says == (reason != nil), "\(result.stderr)")
      if let reason {
        #expect(result.stderr.contains(reason + "; ") && result.stderr.contains("-> ffmpeg -i \(file) -c:v libx264"))
      }
    }
  }

  @Test("Pictures in place of a video")
  func pictures() throws {
    let rows = GalleryWorld.rows(LittleWorld.video)
    expectSuccess(try run(["--frames", LittleWorld.folder + "/frames"], rows: rows))
    #expect(try page().contains("\"film\": null") && !page().contains("<video"))
    let before = try contents(of: out)
    let folder = LittleWorld.folder + "/frames/" + LittleWorld.video
    for given in [folder, folder + "/"] {
      expectSuccess(try run(["--video", given, "--fps", "30", "--overwrite"], rows: rows))
      #expect(difference(try contents(of: out), before) == nil)
    }
    expectSuccess(
      Program.run([
        "overlay", "--video", folder, "--detections", scratch.path + "/detections.csv", "--output-dir",
        scratch.path + "/pictures",
      ]))
    #expect(try listFolder(scratch.path + "/pictures").count == 4)
  }

  @Test(
    "What a call lacks or says twice",
    arguments: [
      ([], "Give either --video FILE ... or --frames DIR."),
      (["--video", "a", "--frames", "b"], "Give either --video FILE ... or --frames DIR."),
      (["--video", "a", "--fps", "3"], "--fps is for --frames"), (["--frames", "a", "--fps", "0"], "--fps is 0.0"),
      (["--video", "a", "--threshold", "1"], "--threshold is 1.0, expected 0 or more, and less than 1"),
      (["--video", "a", "--top-k", "0"], "--top-k is 0, expected 1 to 80"),
      (["--video", "a", "--media", "cloud"], "Please provide one of 'link', 'copy' or 'embed'"),
      (["--video", "a", "b", "--video-name", "c"], "--video-name is of one video, and 2 are given"),
      (["--video", "a", "--starting-second", "inf"], "--starting-second must be a finite number"),
    ])
  func wrongCalls(words: [String], complaint: String) {
    let result = Program.run(["gallery", "x.csv", "--output-dir", "nowhere"] + words)
    #expect(result.status == 64 && result.stderr.contains(complaint), "\(result.stderr)")
  }

  // MARK: Contact sheets

  private func overlay(_ words: [String]) throws -> Program.Result {
    let source = try scratch.file("detections.csv", GalleryWorld.rows())
    return Program.run(
      ["overlay", "--video", GalleryWorld.video, "--detections", source, "--output-dir", out] + words)
  }

  @Test("overlay: a contact sheet alone or beside the pictures, in pages; the last one is shorter")
  func sheetOfOverlay() throws {
    let sheet = scratch.path + "/sheets/all.png"
    let words = ["--contact-sheet", sheet, "--sheet-columns", "3", "--sheet-width", "512"]
    let result = try overlay(words + ["--no-pictures"])
    expectSuccess(result)
    #expect(result.stdout == "\(out): 1 page of a contact sheet\n" && !pathExists(out))
    let image = try readImage(path: sheet)
    #expect(image.width == 512)
    let narrow = words + ["--sheet-rows", "1", "--overwrite"]
    let two = try overlay(narrow)
    expectSuccess(two)
    #expect(two.stdout == "\(out): 4 pictures, 2 pages of a contact sheet\n")
    #expect(try listFolder(scratch.path + "/sheets") == ["all-2.png", "all.png"] && listFolder(out).count == 4)
    #expect(try readImage(path: sheet).height < image.height)
    let few = try overlay(narrow + ["--sheet-pages", "1", "--no-pictures"])
    expectSuccess(few)
    #expect(few.stderr.contains("the contact sheet shows 3 of 4 key frames, evenly"))
    expectFailure(try overlay(words + ["--no-pictures"]), ["all.png", "--overwrite"])
  }

  @Test("A contact sheet has the people's numbers where there are several, and the classes of the call alone")
  func numbersOfSheets() throws {
    func tracks(_ ids: [Int], _ lefts: [Double]) throws -> String {
      let tracks = zip(ids, lefts).map { id, left in
        let boxes = [1, 4].map { #"{"time": \#($0), "box": [\#(left), 0.2, \#(left + 0.25), 0.9], "score": 1}"# }
        return #"{"id": \#(id), "boxes": [\#(boxes.joined(separator: ", "))]}"#
      }
      return try scratch.file(
        "tracks.json", #"{"videos": [{"video": "synth1", "tracks": [\#(tracks.joined(separator: ", "))]}]}"#)
    }
    func sheet(_ words: [String]) throws -> [UInt8] {
      let path = scratch.path + "/sheet.png"
      expectSuccess(try overlay(["--contact-sheet", path, "--no-pictures", "--overwrite"] + words))
      return try readFile(path, doing: "testing")
    }
    let several = try sheet(["--tracks", tracks([1, 2], [0.1, 0.6])])
    #expect(try sheet(["--tracks", tracks([1, 3], [0.1, 0.6])]) != several)
    #expect(try sheet([]) == several)
    let one = try sheet(["--tracks", tracks([1], [0.1])])
    #expect(try sheet(["--tracks", tracks([8], [0.1])]) == one && one != several)
    #expect(try sheet(["--classes", "12"]) != several)
  }

  @Test("detect: a contact sheet beside the rows, JPEG by its name")
  func sheetOfDetect() throws {
    let proposals = try scratch.file(
      "proposals.csv", "synth1,3,0.1,0.2,0.4,0.9,,0.99\nsynth1,2,0.1,0.2,0.4,0.9,,0.99\n")
    let sheet = scratch.path + "/sheet.jpg"
    let call =
      ["detect", GalleryWorld.video, "--proposals", proposals, "--output-dir", out, "--contact-sheet", sheet]
      + [
        "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt", "--cfg", LittleWorld.config, "--random-weights", "1",
      ]
      + LittleWorld.tinyNetwork
    let result = Program.run(call)
    expectSuccess(result)
    #expect(result.stderr.contains("wrote \(sheet)\n"))
    #expect(try readFile(sheet, doing: "testing").starts(with: [0xFF, 0xD8]))
    #expect(try readImage(path: sheet).width == 1600)
    expectFailure(Program.run(call), [sheet, "--overwrite"])
  }

  @Test(
    "Contact sheets that cannot be",
    arguments: [
      (["--sheet-rows", "2"], "divide a contact sheet -> add --contact-sheet FILE"),
      (["--contact-sheet", "a.gif"], "--contact-sheet 'a.gif': expected a name that ends in .png, .jpg or .jpeg"),
      (["--contact-sheet", "a.png", "--sheet-columns", "21"], "its number of columns is 21, expected 1 to 20"),
    ])
  func wrongSheets(words: [String], complaint: String) throws {
    let result = try overlay(words)
    #expect(result.status == 64 && result.stderr.contains(complaint), "\(result.stderr)")
    let detect = Program.run(["detect", "v.mp4", "--proposals", "p", "--output-dir", out, "--cfg", "c"] + words)
    #expect(detect.status == 64 && detect.stderr.contains(complaint), "\(detect.stderr)")
  }
}
