import Files
import Foundation
import TestSupport
import Testing

/// Videos in which nobody is: a result, for everything that makes or reads it.
struct NobodyTests {
  private static let fixtures = projectRoot + "/Tests/Fixtures/Video/"
  private static let movie = fixtures + "bframes.mp4"
  private let scratch = Scratch()
  private var out: String { scratch.path + "/out" }

  private func detect(_ videos: [String], _ more: [String]) -> Program.Result {
    let result = Program.run(
      ["detect"] + videos + ["--cfg", LittleWorld.config, "--random-weights", "1", "--output-dir", out]
        + ["--labelmap", LittleWorld.annotations + "/labelmap.pbtxt"] + more + LittleWorld.tinyNetwork)
    expectSuccess(result)
    return result
  }

  private func slowfast(_ words: [String]) -> Program.Result {
    let result = Program.run(words)
    expectSuccess(result)
    return result
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
  }

  /// What reads rows makes of them.
  ///
  /// - Returns: What each says.
  private func read(_ folder: String, to name: String) -> [String: String] {
    let to = scratch.path + "/" + name
    let calls = [
      "tracks": ["tracks", folder, "--fps", "25", "--size", "97x63"],
      "export": ["export", folder, "--videos", Self.movie], "gallery": ["gallery", folder, "--video", Self.movie],
      "overlay": [
        "overlay", "--detections", folder + "/detections.csv", "--video", Self.movie, "--overlay-video",
        "--contact-sheet", to + "-sheet.png",
      ],
    ]
    return calls.mapValues { slowfast($0 + ["--output-dir", to + "-" + $0[0]]).stderr }
  }

  @Test("A detector that finds nobody: a film without boxes, tracks without people, and a word on it")
  func detector() throws {
    let result = detect(
      [Self.movie],
      ["--detector", DetectorRunTests.detector, "--person-score", "1", "--overlay-video", "--overlays"]
        + ["--contact-sheet", scratch.path + "/sheet.png", "AVA.DETECTION_SCORE_THRESH", "0.5"])
    for words in [
      "nobody was found in 'bframes': no rows, and no boxes in the film", "no picture is drawn: ",
      "no contact sheet is drawn: ", "wrote \(out)/overlays/bframes.mp4",
      "AVA.DETECTION_SCORE_THRESH is for the boxes of a file", "-> --person-score says",
    ] { #expect(result.stderr.contains(words), "\(words) in \(result.stderr)") }
    #expect(!result.stderr.contains("wrote \n") && !pathExists(scratch.path + "/sheet.png"))
    #expect(
      Scratch.files(below: out).sorted() == [
        "detections.csv", "detections.json", "overlays/bframes.mp4", "people.csv", "tracks.json",
      ])
    #expect(try text(out + "/tracks.json").contains("\"video\": \"bframes\""))
    for (command, said) in read(out, to: "a") {
      #expect(said.contains("'\(out)/detections.csv' has no rows: nobody was found"), "\(command): \(said)")
    }
    #expect(try fileDifference(scratch.path + "/a-overlay/bframes.mp4", out + "/overlays/bframes.mp4") == nil)
    #expect(try text(scratch.path + "/a-export/webvtt/bframes.vtt").hasPrefix("WEBVTT"))
    #expect(try text(scratch.path + "/a-tracks/mot/bframes.txt").isEmpty)
    #expect(try text(scratch.path + "/a-gallery/index.html").contains("\"frames\": []"))
  }

  @Test("Boxes' files with nobody in them are results, in each form", arguments: ["csv", "json", "jsonl"])
  func proposals(_ ending: String) throws {
    let file = "\(scratch.path)/nobody.\(ending)"
    _ = slowfast([
      "people", Self.movie, "--detector", DetectorRunTests.detector, "--person-score", "1", "--output", file,
    ])
    for more in [[], ["--every", "1"]] {
      let result = detect([Self.movie], ["--proposals", file, "--overwrite"] + more)
      #expect(
        result.stderr.contains("proposals: '\(file)' ") && result.stderr.contains("nobody is in it"), "\(result.stderr)"
      )
      #expect(result.stderr.contains("there is nobody to score in 'bframes': no rows"), "\(result.stderr)")
      #expect(!result.stderr.contains("without a proposal"), "\(result.stderr)")
      #expect(try readFile(out + "/detections.csv", doing: "testing").isEmpty)
    }
    let truth = try scratch.file("truth.csv", "bframes,0001,0.1,0.2,0.3,0.4,12,0\n")
    let judged = slowfast(["evaluate", "--boxes", file, "--groundtruth", truth, "--format", "json"])
    #expect(judged.stdout.contains("\"ap\": 0") && judged.stdout.contains("\"boxes\": 0"), "\(judged.stdout)")
    #expect(judged.stderr.contains("nobody is in it"), "\(judged.stderr)")
  }

  @Test("A file that says nothing of any picture is no file of nobody")
  func otherFiles() throws {
    for (text, words) in [
      ("{\"annotations\": [], \"images\": []}", "JSON of another form"), ("\n \n", "rows of person boxes"),
    ] {
      let file = try scratch.file("other.json", text)
      let result = Program.run(
        ["detect", Self.movie, "--cfg", LittleWorld.config, "--random-weights", "1", "--output-dir", out]
          + ["--proposals", file] + LittleWorld.tinyNetwork)
      #expect(result.status == 1 && result.stderr.contains(words), "\(result.stderr)")
    }
    // Detectors that find nobody write so.
    let list = try scratch.file("list.json", "[]")
    #expect(detect([Self.movie], ["--proposals", list]).stderr.contains("nobody is in it"))
  }

  @Test("A video in which nobody is found has its results though others cannot be read")
  func besideBroken() throws {
    let broken = try scratch.file("broken.mp4", "no video at all")
    let result = Program.run(
      ["detect", broken, Self.movie, "--detector", DetectorRunTests.detector, "--person-score", "1", "--overlay-video"]
        + ["--cfg", LittleWorld.config, "--random-weights", "1", "--output-dir", out]
        + ["--labelmap", LittleWorld.annotations + "/labelmap.pbtxt"] + LittleWorld.tinyNetwork)
    expectFailure(result, ["the results lack 1 video"])
    #expect(result.stderr.contains("'broken' cannot be read"), "\(result.stderr)")
    #expect(result.stderr.contains("nobody was found in 'bframes'"), "\(result.stderr)")
    #expect(pathExists(out + "/overlays/bframes.mp4") && pathExists(out + "/detections.csv"))
  }

  @Test("Rows of nobody without any tracks beside them")
  func rowsAlone() throws {
    let folder = scratch.path + "/rows"
    _ = try scratch.file("rows/detections.csv", "")
    for (command, said) in read(folder, to: "a") {
      #expect(said.contains("'\(folder)/detections.csv' has no rows: nobody was found"), "\(command): \(said)")
    }
    #expect(pathExists(scratch.path + "/a-overlay/bframes.mp4"))
  }

  @Test("In a batch the video without anybody has its film, its place in the tracks, and its page")
  func batch() throws {
    let other = Self.fixtures + "vp8.webm"
    let boxes = try scratch.file("boxes.csv", "bframes,1,0.1,0.1,0.5,0.9,,0.95\n")
    let result = detect([Self.movie, other], ["--proposals", boxes, "--overlay-video"])
    #expect(
      result.stderr.contains("there is nobody to score in 'vp8': no rows, and no boxes in the film"), "\(result.stderr)"
    )
    #expect(try listFolder(out + "/overlays") == ["bframes.mp4", "vp8.mp4"])
    let gallery = slowfast(["gallery", out, "--video", Self.movie, other, "--output-dir", scratch.path + "/page"])
    #expect(gallery.stdout == "\(scratch.path)/page/index.html: 2 videos\n", "\(gallery.stdout)")
    #expect(gallery.stderr.contains("nobody was found in 1 video: 'vp8'"), "\(gallery.stderr)")
    let tracks = slowfast(["tracks", out, "--output-dir", scratch.path + "/t"])
    #expect(tracks.stdout.contains("2 videos, 1 track"), "\(tracks.stdout)")
    let film = slowfast([
      "overlay", "--detections", out + "/detections.csv", "--video", other, "--overlay-video", "--output-dir",
      scratch.path + "/film",
    ])
    #expect(try fileDifference(scratch.path + "/film/vp8.mp4", out + "/overlays/vp8.mp4") == nil)
    #expect(film.stdout.contains("0 pictures, 1 video"), "\(film.stdout)")
  }
}
