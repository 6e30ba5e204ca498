import Files
import Glibc
import TestSupport
import Testing

/// Many own videos, some of them bad, in one call: the bad ones are named and counted, the exit status is 1, the rest is done.
struct BatchTests {
  private static let fixtures = projectRoot + "/Tests/Fixtures/"
  private let scratch = Scratch()

  private func bytes(_ name: String) throws -> [UInt8] { try readFile(Self.fixtures + name, doing: "testing") }

  /// Good and bad videos. Of "unboxed" and "unboxedbad" there are no boxes, of "orphan" there is no video.
  private func videos() throws -> [String] {
    let film = try bytes("Video/bframes.mp4")
    var paths = [try scratch.file("good1.mp4", bytes: film)]
    paths.append(scratch.path + "/missing.mp4")
    paths.append(try scratch.file("cut.mp4", bytes: Array(film.prefix(film.count / 2))))
    paths.append(try scratch.file("empty.mp4", ""))
    paths.append(try scratch.file("text.mp4", "I am no film\n"))
    paths.append(scratch.path + "/pipe.mp4")
    mkfifo(paths[paths.count - 1], 0o600)
    paths.append(try scratch.file("good2.webm", bytes: bytes("Video/vp8.webm")))
    paths.append(try scratch.file("sound.wav", bytes: bytes("Video/audio.wav")))
    for number in 0..<60 {
      let picture = try bytes("Imaging/420.jpg")
      try scratch.file(
        "pictures/p\(number).jpg", bytes: (28...32).contains(number) ? Array(picture.prefix(100)) : picture)
      if number < 3 { try scratch.file("badpictures/p\(number).jpg", "no picture") }
    }
    paths += ["/pictures", "/badpictures", "/nopictures"].map { scratch.path + $0 }
    try makeFolder(scratch.path + "/nopictures")
    paths.append(try scratch.file("unboxed.mp4", bytes: film))
    return paths + [try scratch.file("good3.mp4", bytes: film)]
  }

  /// A box at the beginning and at second 1 of each video.
  private func boxes(_ names: [String]) throws -> String {
    try scratch.file(
      "boxes.csv",
      names.flatMap { name in ["0000", "0001"].map { "\(name),\($0),0.1,0.1,0.6,0.9,,0.95\n" } }.joined())
  }

  private func names(_ videos: [String]) -> [String] {
    videos.map { isFolder($0) ? splitPath($0).name : fileStem($0) }.filter { !$0.hasPrefix("unboxed") } + ["orphan"]
  }

  private func detect(_ videos: [String], to folder: String, _ more: [String] = []) throws -> [String] {
    ["detect"] + videos + [
      "--proposals", try boxes(names(videos)), "--cfg", LittleWorld.config, "--random-weights", "1",
    ]
      + ["--output-dir", scratch.path + "/" + folder] + LittleWorld.tinyNetwork + more
  }

  /// The key frames that rows are of.
  private func keyFrames(_ folder: String) throws -> Set<String> {
    Set(
      try lines(scratch.path + "/" + folder + "/detections.csv").map {
        $0.split(separator: ",").prefix(2).joined(separator: ",")
      })
  }

  private let done: Set = [
    "good1,0000", "good1,0001", "good2,0000", "good2,0001", "pictures,0000", "good3,0000", "good3,0001",
  ]

  @Test("detect names what is wrong with each, and does the rest")
  func detections() throws {
    let videos = try videos()
    let result = Program.run(try detect(videos, to: "out"))
    #expect(result.status == 1, "\(result.stderr)")
    #expect(
      result.stderr.contains("warning: 8 of 13 videos cannot be read, ")
        && result.stderr.contains(" key frames not scored, for ")
        && result.stderr.contains(" of them frames of their clips are damaged:\n"), "\(result.stderr)")
    for name in ["missing", "empty", "text", "pipe", "sound", "badpictures", "nopictures"] {
      #expect(result.stderr.contains("  \(name), seconds 0000, 0001: "), "\(name): \(result.stderr)")
    }
    #expect(
      result.stderr.contains("  pictures, second 0001: ") && result.stderr.contains("/pictures/p"), "\(result.stderr)")
    #expect(result.stderr.contains("cut.mp4': "), "\(result.stderr)")
    #expect(result.stderr.contains("'unboxed'") || result.stderr.contains("unboxed"), "\(result.stderr)")
    #expect(result.stderr.contains("orphan"), "\(result.stderr)")
    let found = try keyFrames("out")
    #expect(found.subtracting(["cut,0000"]) == done, "\(result.stderr)")
    // Alone, a good video has the same rows.
    let good = videos.filter { fileStem($0) == "good3" }
    expectSuccess(Program.run(try detect(good, to: "alone")))
    let rows = try lines(scratch.path + "/out/detections.csv").filter { $0.hasPrefix("good3,") }
    #expect(try rows == lines(scratch.path + "/alone/detections.csv") && !rows.isEmpty)
  }

  @Test("A video that cannot be read is named where nothing was to be scored of it, too")
  func unaskedFor() throws {
    let good = try scratch.file("good.mp4", bytes: bytes("Video/bframes.mp4"))
    let bad = try scratch.file("unboxedbad.mp4", "no film")
    let result = Program.run(try detect([bad, good], to: "out"))
    #expect(result.status == 1, "\(result.stderr)")
    #expect(
      result.stderr.contains("'unboxedbad' cannot be read, and nothing was to be scored of it: "), "\(result.stderr)")
    #expect(result.stderr.contains("the results lack 1 video, named above"), "\(result.stderr)")
    #expect(try keyFrames("out") == ["good,0000", "good,0001"])
    expectSuccess(Program.run(try detect([bad, good], to: "skip", ["--damaged", "skip"])))
    // Divided, one shard reports it, and one alone.
    let shards = try (0..<2).map {
      Program.run(try detect([bad, good], to: "run", ["--run", scratch.path + "/run", "--shard", "\($0)/2"]))
    }
    #expect(shards.map(\.status).sorted() == [0, 1], "\(shards.map(\.stderr))")
    let reporting = try #require(shards.first { $0.status == 1 })
    #expect(
      reporting.stderr.contains("/2 lacks 1 video, named above ->")
        && reporting.stderr.contains("'unboxedbad' cannot be read"), "\(reporting.stderr)")
    // Once it can be read the same command ends well, and computes nothing that is there.
    try scratch.file("unboxedbad.mp4", bytes: bytes("Video/bframes.mp4"))
    let again = Program.run(try detect([bad, good], to: "out"))
    expectSuccess(again)
    #expect(again.stderr.contains("2 of 2 key frames done already"), "\(again.stderr)")
  }

  @Test("Boxes of a larger picture cost their own video's key frames")
  func otherBoxes() throws {
    let film = try bytes("Video/bframes.mp4")
    let videos = [try scratch.file("good.mp4", bytes: film), try scratch.file("small.mp4", bytes: film)]
    let boxes = try scratch.file(
      "boxes.csv", "video,second,x1,y1,x2,y2,score\ngood,1,10,6,30,56,0.95\nsmall,1,100,60,1900,1000,0.95\n")
    let call = { (more: [String]) in
      Program.run(
        ["detect"] + videos + ["--proposals", boxes, "--cfg", LittleWorld.config, "--random-weights", "1"]
          + ["--output-dir", scratch.path + "/out"] + LittleWorld.tinyNetwork + more)
    }
    expectFailure(call(["--damaged", "stop"]), ["many boxes of 'small' lie beyond its picture"])
    let result = call([])
    #expect(result.status == 1 && result.stderr.contains("the results lack 1 of 2 key frames"), "\(result.stderr)")
    #expect(
      result.stderr.contains("warning: the boxes of 1 of 2 videos do not fit, 1 of 2 key frames not scored:\n")
        && result.stderr.contains("  small, second 0001: ")
        && result.stderr.contains("--proposals-size WIDTHxHEIGHT\n"),
      "\(result.stderr)")
    #expect(try keyFrames("out") == ["good,0001"])
  }

  @Test("Every bad video has its name said, however many there are")
  func manyBadVideos() throws {
    let good = try scratch.file("good.mp4", bytes: bytes("Video/bframes.mp4"))
    let bad = (1...30).map { scratch.path + "/gone\($0).mp4" }
    let result = Program.run(try detect(bad + [good], to: "out"))
    #expect(
      result.status == 1
        && result.stderr.contains("warning: 30 of 31 videos cannot be read, 60 of 62 key frames not scored:\n"),
      "\(result.stderr)")
    for number in 1...30 {
      #expect(
        result.stderr.contains("gone\(number), ") || result.stderr.contains("gone\(number)\n"),
        "\(number): \(result.stderr)")
    }
    #expect(try keyFrames("out") == ["good,0000", "good,0001"])
  }

  @Test("A killed batch goes on: nothing is computed twice, and the bad ones are named again")
  func resumed() throws {
    let videos = try videos()
    _ = Program.run(try detect(videos, to: "whole"))
    // The journal of a run that lacks something stays.
    let whole = try readFile(scratch.path + "/whole/detections.journal", doing: "testing").count
    let call = try detect(videos, to: "parts")
    let journal = scratch.path + "/parts/detections.journal"
    let killed = Program.run(
      call,
      killedWhen: {
        var status = stat()
        return stat(journal, &status) == 0 && status.st_size >= whole * 3 / 4
      })
    let last = Program.run(call)
    #expect(last.status == 1 && last.stderr.contains("missing, seconds 0000, 0001"), "\(last.stderr)")
    #expect(killed.status != 137 || last.stderr.contains("key frames done already"), "\(last.stderr)")
    for name in ["detections.csv", "detections.json", "tracks.json"] {
      #expect(try fileDifference(scratch.path + "/parts/" + name, scratch.path + "/whole/" + name) == nil)
    }
  }

  @Test("classify does the same")
  func classes() throws {
    let videos = try videos().filter { fileStem($0) != "good2" }
    let output = scratch.path + "/classes.csv"
    let result = Program.run(
      ["classify"] + videos + ["--format", "csv", "--output", output] + ClassifyTests.network
        + ["OUTPUT_DIR", scratch.path + "/unseen"])
    #expect(result.status == 1, "\(result.stderr)")
    for name in [
      "missing.mp4", "cut.mp4", "empty.mp4", "text.mp4", "pipe.mp4", "sound.wav", "badpictures", "nopictures",
      "/pictures/p",
    ] {
      #expect(result.stderr.contains(name), "\(name): \(result.stderr)")
    }
    #expect(
      result.stderr.contains("windows not scored") && result.stderr.contains("the results lack"), "\(result.stderr)")
    let rows = try lines(output)
    for name in ["good1.mp4", "good3.mp4", "unboxed.mp4"] { #expect(rows.contains { $0.contains(name) }, "\(name)") }
  }
}
