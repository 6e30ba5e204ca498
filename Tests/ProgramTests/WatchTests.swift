import Files
import Foundation
import TestSupport
import Testing

/// Streams with the built program.
struct WatchTests {
  private static func video(_ name: String) -> String { projectRoot + "/Tests/Fixtures/Video/" + name }

  private static func watch(_ input: String, _ more: [String] = ["--whole-frame"]) -> [String] {
    ["watch", input, "--cfg", LittleWorld.config, "--random-weights", "1", "--threads", "1", "--threshold", "0"]
      + ["--labelmap", LittleWorld.annotations + "/labelmap.pbtxt"] + more + LittleWorld.tinyNetwork
  }

  /// The objects of the lines on stdout.
  private func lines(_ result: Program.Result) throws -> [[String: Any]] {
    try result.stdout.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }
  }

  private func keyFrames(_ lines: [[String: Any]]) -> [[String: Any]] { lines.filter { $0["people"] != nil } }

  private func times(_ lines: [[String: Any]]) -> [Double] { keyFrames(lines).compactMap { $0["time"] as? Double } }

  private func events(_ lines: [[String: Any]]) -> [String] { lines.compactMap { $0["event"] as? String } }

  /// Box by box the ids and scores of actions, in the order of ids.
  private func scores(_ people: Any?) -> [[Double]] {
    ((people as? [[String: Any]]) ?? []).map { person in
      ((person["actions"] as? [[String: Any]]) ?? []).sorted { ($0["id"] as! Int) < ($1["id"] as! Int) }
        .compactMap { $0["score"] as? Double }
    }
  }

  @Test(
    "What is said of a file's key frames is what detect says, to the last digit",
    arguments: [("bframes.mp4", "0.5"), ("ntsc.mp4", "0.3"), ("slow.mp4", "0.4"), ("offset.ts", "1")])
  func asDetect(name: String, every: String) throws {
    let scratch = Scratch()
    let stem = fileStem(name)
    let rows = (0..<40).map {
      "\(stem),\(Double($0) / 10),0.1,0.2,0.6,0.9,,0.99\n\(stem),\(Double($0) / 10),0.5,0.1,0.9,0.8,,0.9\n"
    }
    let boxes = try scratch.file("boxes.csv", rows.joined())
    let detected = Program.run(
      ["detect", Self.video(name), "--proposals", boxes, "--every", every, "--cfg", LittleWorld.config]
        + ["--random-weights", "1", "--labelmap", LittleWorld.annotations + "/labelmap.pbtxt"]
        + ["--output-dir", scratch.path + "/out"] + LittleWorld.tinyNetwork)
    expectSuccess(detected)
    let json = try JSONSerialization.jsonObject(
      with: Data(readFile(scratch.path + "/out/detections.json", doing: "testing")))
    let expected = try #require((json as? [String: Any])?["keyframes"] as? [[String: Any]])
    let result = Program.run(
      Self.watch(Self.video(name), ["--proposals", boxes, "--every", every, "--top-k", "1000"]))
    expectSuccess(result)
    let found = keyFrames(try lines(result))
    #expect(found.count == expected.count && found.count > 1, "\(result.stdout)")
    for (one, other) in zip(found, expected) {
      #expect(one["time"] as? Double == other["time"] as? Double)
      #expect(scores(one["people"]) == scores(other["people"]), "at \(one["time"] ?? "")")
      #expect((scores(one["people"]).first?.count ?? 0) > 1)
    }
    let ids = found.compactMap { ($0["people"] as? [[String: Any]])?.compactMap { $0["id"] as? Int } }
    #expect(ids.allSatisfy { $0 == [1, 2] }, "\(ids)")
    // Between them it is said what the boxes were taken for.
    #expect(events(try lines(result)) == ["opened", "noted", "ended"])
  }

  @Test("Boxes by another clock than the stream's are near no key frame, which is said at the end")
  func boxesOfAnotherClock() throws {
    let scratch = Scratch()
    let rows = (902...904).map { "bframes,\($0),0.1,0.2,0.6,0.9,,0.99\n" }.joined()
    let boxes = try scratch.file("boxes.csv", rows)
    let result = Program.run(Self.watch(Self.video("bframes.mp4"), ["--proposals", boxes]))
    expectSuccess(result)
    let said =
      "no key frame had boxes within 0.5 s: '\(boxes)' has them at the seconds 0902 to 0904, and a stream's first frame is second 0 -> "
    #expect(result.stderr.contains(said), "\(result.stderr)")
    #expect(events(try lines(result)) == ["opened", "noted", "noted", "ended"])
  }

  @Test("Frames of boxes are counted at the stream's rate, which is said, or at the call's")
  func boxesByFrames() throws {
    let scratch = Scratch()
    let rows = (0..<60).map { "\($0),\(0.1 + Double($0) / 100),0.2,0.9,0.9\n" }.joined()
    let boxes = try scratch.file("boxes.csv", "frame,x1,y1,x2,y2\n" + rows)
    for (more, lefts) in [([], [0.1, 0.35, 0.6]), (["--proposals-fps", "20"], [0.1, 0.3, 0.5])] {
      let result = Program.run(Self.watch(Self.video("bframes.mp4"), ["--proposals", boxes] + more))
      expectSuccess(result)
      let found = keyFrames(try lines(result)).map { ($0["people"] as? [[String: Any]])?.first?["box"] as? [Double] }
      #expect(found.count == 3, "\(result.stdout)")
      for (box, left) in zip(found, lefts) { #expect(abs((box?.first ?? 0) - left) < 1e-9, "\(found)") }
      let said = "frames of 'bframes' are counted at 25 a second, the rate that the stream states (--proposals-fps says"
      #expect(result.stderr.contains(said) == more.isEmpty, "\(result.stderr)")
    }
  }

  @Test("A folder of labels in which nobody is is a result")
  func nobody() throws {
    let scratch = Scratch()
    for number in 1...3 { _ = try scratch.file("labels/bframes_\(number).txt", "") }
    let result = Program.run(Self.watch(Self.video("bframes.mp4"), ["--proposals", scratch.path + "/labels"]))
    expectSuccess(result)
    #expect(result.stderr.contains("and nobody is in it"), "\(result.stderr)")
    #expect(keyFrames(try lines(result)).map { ($0["people"] as? [Any])?.count } == [0, 0, 0], "\(result.stdout)")
  }

  @Test("Ids of a file's boxes are kept; one that comes twice in a moment and boxes without one get others")
  func idsOfFiles() throws {
    let scratch = Scratch()
    let boxes = try scratch.file(
      "boxes.csv",
      "second,x1,y1,x2,y2,track\n0,0,0,0.4,1,12\n0,0.5,0,1,1,11\n1,0,0,0.4,1,11\n1,0.5,0,1,1,12\n2,0,0,0.4,1,12\n"
        + "2,0.5,0,1,1,12\n2,0,0.6,0.2,1,\n")
    let result = Program.run(Self.watch(Self.video("bframes.mp4"), ["--proposals", boxes]))
    expectSuccess(result)
    let ids = keyFrames(try lines(result)).map { ($0["people"] as? [[String: Any]] ?? []).map { $0["id"] as? Int } }
    #expect(ids == [[12, 11], [11, 12], [12, 13, 14]], "\(result.stdout)")
    #expect(result.stderr.contains("1 box of 'bframes' with an id that another box of the same moment has"))
  }

  @Test("A video that is piped in")
  func pipe() throws {
    let piped = Program.run(after: "exec < '\(Self.video("raw.h264"))'", Self.watch("-"))
    expectSuccess(piped)
    let file = Program.run(Self.watch(Self.video("raw.h264")))
    expectSuccess(file)
    #expect(
      keyFrames(try lines(piped)).map { scores($0["people"]) }
        == keyFrames(try lines(file)).map { scores($0["people"]) })
    #expect(times(try lines(piped)).count > 1)
    #expect(piped.stderr.contains("results come at least so much later"))
  }

  @Test("Boxes line by line, wrong lines named")
  func boxesOnStdin() throws {
    let scratch = Scratch()
    let boxes = try scratch.file(
      "boxes",
      """
      {"time": 0, "boxes": [[0, 0, 0.5, 1]]}
      {"time": 1, "boxes": [{"box": [0, 0, 0.5, 1], "id": 41, "score": 0.5}, [48, 8, 90, 60]]}
      what is this?
      {"time": 2, "boxes": []}

      """)
    let result = Program.run(after: "exec < '\(boxes)'", Self.watch(Self.video("bframes.mp4"), ["--boxes", "-"]))
    expectSuccess(result)
    let found = keyFrames(try lines(result)).map { $0["people"] as? [[String: Any]] ?? [] }
    #expect(found.map(\.count) == [1, 2, 0])
    #expect(found[1][0]["id"] as? Int == 41 && found[1][0]["score"] as? Double == 0.5)
    #expect(result.stderr.contains("line 3 of the standard input: expected {\"time\": 12.0"))
  }

  @Test("Lines with ids and without: nobody gets the id of another")
  func someIDs() throws {
    let scratch = Scratch()
    let boxes = try scratch.file(
      "boxes",
      """
      {"time": 0, "boxes": [[0, 0, 0.5, 1]]}
      {"time": 1, "boxes": [[0, 0, 0.5, 1], {"box": [0.6, 0, 0.9, 1], "id": 1}]}
      {"time": 2, "boxes": [{"box": [0.6, 0, 0.9, 1], "id": 1}, {"box": [0, 0, 0.5, 1], "id": 7}]}

      """)
    let result = Program.run(after: "exec < '\(boxes)'", Self.watch(Self.video("bframes.mp4"), ["--boxes", "-"]))
    expectSuccess(result)
    let ids = keyFrames(try lines(result)).map { ($0["people"] as? [[String: Any]] ?? []).map { $0["id"] as? Int } }
    #expect(ids == [[1], [1, 1_000_000_000], [1_000_000_000, 7]])
  }

  @Test("A device by libavdevice; key frames that the network is too slow for are dropped, and told")
  func device() throws {
    let device = "lavfi:testsrc2=size=64x48:rate=30:duration=2.5"
    let all = Program.run(Self.watch(device, ["--whole-frame", "--pace", "all"]))
    expectSuccess(all)
    #expect(times(try lines(all)) == [0, 1, 2])
    #expect(events(try lines(all)) == ["opened", "ended"])
    // A key frame a frame, of more than a tenth of a second each.
    let slow = Program.run(
      Self.watch(device, ["--whole-frame", "--every", "0.034"]) + [
        "DATA.TEST_CROP_SIZE", "448", "RESNET.WIDTH_PER_GROUP", "16",
      ])
    expectSuccess(slow)
    let told = try lines(slow)
    let steps = { (times: [Double]) in times.map { Int(($0 / 0.034).rounded()) } }
    let dropped = steps(told.flatMap { $0["times"] as? [Double] ?? [] })
    #expect(!dropped.isEmpty && events(told).contains("dropped"))
    #expect(slow.stderr.contains("the network is behind: key frames dropped: "))
    let scored = steps(times(told))
    #expect((scored + dropped).sorted() == Array(0...73), "all are scored or dropped")
    #expect(scored == scored.sorted() && scored.last == 73, "the newest is never dropped")
  }

  @Test("A stream that changes its size goes on")
  func changingSize() throws {
    let scratch = Scratch()
    let pictures = try LittleWorldPictures.jpegs(into: scratch)
    // A raw stream of JPEGs, 25 a second: half a minute of one size, then of another.
    let bytes =
      [UInt8](Array(repeating: pictures.small, count: 40).joined())
      + [UInt8](Array(repeating: pictures.large, count: 40).joined())
    let file = try scratch.file("film.mjpeg", bytes: bytes)
    let result = Program.run(after: "exec < '\(file)'", Self.watch("-"))
    expectSuccess(result)
    let opened = try lines(result).filter { $0["event"] as? String == "opened" }
    #expect(opened.map { $0["width"] as? Int } == [96, 128], "\(result.stdout)")
    #expect(opened.map { $0["time"] as? Double } == [0, 1.6])
    for (event, size) in zip(opened, ["96 x 64", "128 x 64"]) {
      #expect((event["input"] as? String)?.contains(", \(size), ") == true, "\(event)")
    }
    #expect(times(try lines(result)) == [0, 1, 2, 3])
  }

  @Test("A server that goes away is connected again, and given up in the end")
  func reconnecting() throws {
    let bytes = try readFile(Self.video("offset.ts"), doing: "testing")
    // The first connection breaks off in the middle, the second ends.
    let server = try StreamServer([Array(bytes.prefix(bytes.count / 2)), bytes])
    let result = Program.run(
      Self.watch("http://127.0.0.1:\(server.port)/live.ts", ["--whole-frame", "--retries", "1", "--every", "0.4"]))
    server.stop()
    #expect(result.status == 1, "\(result.stderr)")
    let told = try lines(result)
    #expect(
      events(told) == ["opened", "reconnecting", "opened", "reconnecting"] || events(told).count > 3, "\(events(told))")
    #expect(result.stderr.contains("gave up after 1 try to connect again (--retries)"), "\(result.stderr)")
    #expect(times(told) == times(told).sorted() && times(told).count > 3)
    let never = Program.run(Self.watch("http://127.0.0.1:\(server.port)/live.ts"))
    expectFailure(never, ["Connection refused", "check the address, and that the server is there"])
  }

  @Test("A connection that ends though no length was named: in words, without the number that stands for none")
  func endWithoutLength() throws {
    let bytes = try readFile(Self.video("offset.ts"), doing: "testing")
    let server = try StreamServer([Array(bytes.prefix(300))], saysEnd: false)
    defer { server.stop() }
    let result = Program.run(Self.watch("http://127.0.0.1:\(server.port)/live.ts", ["--whole-frame"]))
    expectFailure(result, ["(libav: the connection was closed after 300 bytes)"])
  }

  @Test("A stalled source is an interruption; a signal ends in good order")
  func stalled() throws {
    let bytes = try readFile(Self.video("offset.ts"), doing: "testing")
    let server = try StreamServer(Array(repeating: Array(bytes.prefix(bytes.count / 2)), count: 20), holds: true)
    defer { server.stop() }
    let scratch = Scratch()
    let out = scratch.path + "/lines"
    let result = Program.run(
      after:
        "exec > '\(out)'; { (until grep -q reconnecting '\(out)' || ! kill -0 $$; do sleep 0.05; done; kill -TERM $$) 2>/dev/null & }",
      Self.watch("http://127.0.0.1:\(server.port)/live.ts", ["--whole-frame", "--stall", "1"]))
    #expect(result.status == 0, "\(result.stderr)")
    #expect(
      result.stderr.contains("nothing has come for 1.0 s -> is the source still sending?; connecting again in 1 s"),
      "\(result.stderr)")
    let text = String(decoding: try readFile(out, doing: "testing"), as: UTF8.self)
    #expect(text.hasSuffix("{\"event\": \"ended\", \"reason\": \"asked to stop\"}\n"), "\(text.suffix(300))")
  }

  @Test("A reader that goes away ends the watch")
  func readerGone() throws {
    let scratch = Scratch()
    let script = try scratch.file(
      "run.sh", "\"$@\" 2> '\(scratch.path)/err' | head -n 2 > '\(scratch.path)/two'; exit ${PIPESTATUS[0]}\n")
    let result = Program.run(
      through: ["/bin/bash", script],
      Self.watch("lavfi:testsrc2=size=64x48:rate=30", ["--whole-frame", "--every", "0.2"]))
    #expect(result.status == 0, "\(result.stderr)")
    let said = String(decoding: try readFile(scratch.path + "/err", doing: "testing"), as: UTF8.self)
    #expect(said.contains("nobody reads the results any more: the watch ends"), "\(said)")
  }

  @Test("A page shows it while it runs, and ends with it")
  func page() throws {
    let scratch = Scratch()
    let ask = try scratch.file(
      "ask.sh",
      """
      until grep -q 'the page: ' err && grep -q people lines; do kill -0 $1 || exit; sleep 0.05; done
      port=$(sed -n 's|.*the page: http://127.0.0.1:\\([0-9]*\\)/.*|\\1|p' err)
      get() {
        exec 3<> /dev/tcp/127.0.0.1/$port
        printf 'GET %s HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' $1 >&3
        cat <&3
      }
      sleep 0.3
      get /state.json > state; get /picture.jpg > picture; get / > page
      kill -TERM $1

      """)
    let result = Program.run(
      after: "cd '\(scratch.path)'; exec > lines 2> err; bash '\(ask)' $$ > /dev/null 2>&1 & true",
      Self.watch("lavfi:testsrc2=size=64x48:rate=30", ["--whole-frame", "--serve", "127.0.0.1:0", "--every", "0.5"]))
    #expect(result.status == 0)
    func text(_ name: String) throws -> String {
      String(decoding: try readFile(scratch.path + "/" + name, doing: "testing"), as: UTF8.self)
    }
    let said = try text("err")
    #expect(try text("state").contains("\"status\": \"watching\""), "\(said)")
    #expect(try text("state").contains("\"people\": [{\"id\": 1, \"actions\": [{\"name\""))
    #expect(try text("picture").contains("image/jpeg") && text("page").contains("<img"))
    let outside = Program.run(Self.watch("lavfi:testsrc2", ["--whole-frame", "--serve", "0.0.0.0:0"]))
    expectFailure(outside, ["--serve-anywhere"])
  }

  @Test("Memory does not grow with the stream")
  func memory() throws {
    func peak(_ seconds: Int) throws -> Int {
      let result = Program.run(
        Self.watch(
          "lavfi:testsrc2=size=64x48:rate=30:duration=\(seconds)", ["--whole-frame", "--pace", "all", "--every", "2"]))
      expectSuccess(result)
      #expect(times(try lines(result)).count == (seconds + 1) / 2)
      return result.peakMemory
    }
    let (minute, quarter) = (try peak(60), try peak(900))
    #expect(quarter < minute + 8 << 20, "\(minute >> 20) and \(quarter >> 20) MB")
  }

  @Test("A file that breaks off is an error, and what was read is told")
  func brokenFile() throws {
    let scratch = Scratch()
    let bytes = try readFile(Self.video("bframes.mp4"), doing: "testing")
    let result = Program.run(Self.watch(try scratch.file("empty.mp4", bytes: [])))
    #expect(result.status == 1 && result.stderr.contains("->"), "\(result.stderr)")
    let cut = Program.run(Self.watch(try scratch.file("cut.mp4", bytes: Array(bytes.prefix(bytes.count / 2)))))
    #expect(cut.status == 1 && cut.stderr.contains("cut.mp4"), "\(cut.stderr)")
  }

  @Test(
    "Wrong calls",
    arguments: [
      ([], "no stream was given"), (["a", "b"], "one stream at a time, found 2: a, b"),
      (["a"], "nobody's boxes are given"), (["a", "--whole-frame", "--boxes", "-"], "boxes come from one place"),
      (["-", "--boxes", "-"], "cannot both come from stdin"),
      (["a", "--boxes", "file"], "boxes of a file are --proposals"),
      (["a", "--whole-frame", "--name", "x"], "--name says what --proposals calls"),
      (["a", "--whole-frame", "--every", "0"], "--every is 0.0"),
      (["a", "--whole-frame", "--every", "0.01"], "at least a frame"),
      (["a", "--whole-frame", "--stall", "0"], "--stall is 0.0"),
      (["a", "--whole-frame", "--retries=-1"], "--retries is -1"),
      (["a", "--whole-frame", "--serve", "here:x"], "a port from 0 to 65535"),
      (["a", "--whole-frame", "--serve-anywhere"], "add --serve ADDRESS"),
      (["a", "--whole-frame", "--top-k", "0"], "--top-k is 0"), (["--whole", "a"], "did you mean '--whole-frame'?"),
    ])
  func wrongCalls(words: [String], complaint: String) {
    let result = Program.run(["watch", "--cfg", LittleWorld.config, "--random-weights", "1"] + words)
    #expect(result.status == 64 && result.stderr.contains(complaint), "\(result.stderr)")
  }

  @Test("A network without boxes, boxes of another video")
  func unfit() throws {
    let scratch = Scratch()
    let whole = Program.run([
      "watch", Self.video("slow.mp4"), "--whole-frame", "--cfg", projectRoot + "/configs/Kinetics/X3D_XS.yaml",
      "--random-weights", "1",
    ])
    expectFailure(whole, ["whose network scores whole clips and no boxes"])
    let boxes = try scratch.file("boxes.csv", "other,0,0.1,0.1,0.5,0.9,,0.99\n")
    let result = Program.run(Self.watch(Self.video("slow.mp4"), ["--proposals", boxes]))
    #expect(
      result.status == 1 && result.stderr.contains("no boxes of 'slow': it has boxes of other (1) -> say with --name"),
      "\(result.stderr)")
    expectSuccess(Program.run(Self.watch(Self.video("slow.mp4"), ["--proposals", boxes, "--name", "other"])))
  }
}
