import TestSupport
import Testing

/// The measurements print what scripts rely on; their figures are not judged.
struct BenchTests {
  private static let clip =
    ["--cfg", LittleWorld.config, "--size", "80x64", "--runs", "2", "--threads", "1"] + LittleWorld.tinyNetwork

  @Test("bench --format json", arguments: [["bench"], ["bench", "clip"]])
  func clip(command: [String]) throws {
    let result = Program.run(command + Self.clip + ["--format", "json"])
    expectSuccess(result)
    let values = try object(result.stdout)
    let best = try #require(values["clip_seconds_best"] as? Double)
    let median = try #require(values["clip_seconds_median"] as? Double)
    #expect(best > 0 && best <= median)
    #expect(values["runs"] as? Int == 2)
    #expect(values["threads"] as? Int == 1)
    #expect(values["precision"] as? String == "fp32")
    #expect(["portable", "avx2", "avx512", "amx"].contains(values["kernels"] as? String))
    #expect(try #require(values["peak_rss_bytes"] as? Int) > 1 << 20)
    #expect(try #require(values["gmac"] as? Double) > 0.01)
  }

  @Test(
    "bench --compare: the same work then and now, layer by layer; other work and other files are refused before measuring"
  )
  func compare() throws {
    let scratch = Scratch()
    let json = Self.clip + ["--layers", "--format", "json"]
    let then = Program.run(["bench"] + json)
    expectSuccess(then)
    let layers = try #require(try object(then.stdout)["layers"] as? [[String: Any]])
    #expect(
      layers.count > 50 && layers.first?["operation"] as? String == "conv 3->4 1x7x7 stride 1x2x2 pad 0x3x3 + relu")
    let file = try scratch.file("then.json", then.stdout)
    let compared = Program.run(["bench", "--compare", file, "--layers"] + Self.clip)
    expectSuccess(compared)
    for text in [
      "compared with '\(file)'\nthe same network, size, precision, kernels, threads and runs, on the same processor, by the",
      "then / now\nbest ", "layers, the largest differences first\noperation ", "conv 3->4 1x7x7",
    ] {
      #expect(compared.stdout.contains(text), "\(text) in \(compared.stdout)")
    }
    let now = Program.run(["bench", "--compare", file, "--kernels", "portable", "--precision", "bf16"] + json)
    expectSuccess(now)
    let comparison = try #require(try object(now.stdout)["comparison"] as? [String: Any])
    // A processor without bfloat16 computes in fp32.
    let differences = (comparison["differences"] as? [[String: String]] ?? []).compactMap { $0["name"] }
    #expect(differences.contains("kernels") && !differences.contains("threads"), "\(differences)")
    // The work is what the definition says, whatever computes it.
    #expect((comparison["layers"] as? [[String: Any]] ?? []).count >= layers.count)
    let again = Program.run(["bench", "--compare", try scratch.file("now.json", now.stdout)] + Self.clip)
    expectSuccess(again)
    #expect(again.stdout.contains("layers are not compared: this run does not have them -> measure both with --layers"))

    let wider = Self.clip.map { $0 == "80x64" ? "96x64" : $0 }
    expectFailure(
      Program.run(["bench", "--compare", file] + wider), ["'\(file)'", "80x64 then, 96x64 now -> give --size 80x64"])
    expectFailure(
      Program.run(["bench", "--compare", file, "--batch", "2"] + Self.clip), ["1 then, 2 now -> give --batch 1"])
    expectFailure(
      Program.run([
        "bench", "--compare", file, "--size", "80x64", "--cfg", projectRoot + "/configs/Kinetics/X3D_XS.yaml",
      ]),
      ["another network: slowfast, ", "x3d, 4 frames"])
    let cut = try scratch.file("cut.json", String(then.stdout.prefix(100)))
    expectFailure(
      Program.run(["bench", "--compare", cut] + Self.clip), ["cut.json': line 1, column 101", "--format json"])
    expectFailure(Program.run(["bench", "--compare", scratch.path + "/none.json"] + Self.clip), ["none.json"])
    expectFailure(
      Program.run(["bench", "--compare", file, "--plan"] + Self.clip), status: 64, ["--plan", "--compare"])
    expectFailure(
      Program.run(["bench", "--plan", "--format", "json"] + Self.clip), status: 64, ["--plan prints a table"])
  }

  @Test("bench --plan names every layer and computes nothing; --layers measures them")
  func plan() {
    let plan = Program.run(["bench", "--plan"] + Self.clip)
    expectSuccess(plan)
    for word in ["conv 3->4 1x7x7", "direct", "GMAC", "algorithm"] { #expect(plan.stdout.contains(word), "\(word)") }
    #expect(!plan.stderr.contains("--size"))
    let upright = Program.run(["bench", "--plan"] + Self.clip.map { $0 == "80x64" ? "64x80" : $0 })
    expectSuccess(upright)
    #expect(upright.stderr.contains("--size 64x80 is a picture 64 wide and 80 high: the width comes first"))
    let layers = Program.run(["bench", "--layers", "--peak"] + Self.clip)
    expectSuccess(layers)
    for word in ["conv 3->4 1x7x7", "GFLOP", "% of peak", "RoIAlign 7x7 + max", "->80 + sigmoid"] {
      #expect(layers.stdout.contains(word), "\(word)")
    }
  }

  @Test("bench roialign --format json")
  func roiAlign() throws {
    let result = Program.run([
      "bench", "roialign", "--channels", "32", "--height", "8", "--width", "9", "--boxes", "2", "--resolution", "7",
      "--threads", "1", "--runs", "3", "--format", "json",
    ])
    expectSuccess(result)
    let values = try object(result.stdout)
    for key in ["seconds_best", "seconds_median", "fused_seconds_best", "gmac", "peak_rss_bytes"] {
      #expect(try #require(values[key] as? Double, "\(key)") > 0)
    }
    #expect(values["runs"] as? Int == 3)
    #expect(values["threads"] as? Int == 1)
    #expect(values["precision"] as? String == "fp32")
    #expect(values["kernels"] is String)
  }

  @Test("bench depthwise")
  func depthwise() throws {
    let layer = ["--channels", "6", "--frames", "3", "--height", "9", "--width", "8", "--threads", "1", "--runs", "2"]
    let result = Program.run(["bench", "depthwise", "--kernel", "5x1x1", "--stride", "2", "--format", "json"] + layer)
    expectSuccess(result)
    let values = try object(result.stdout)
    for key in ["seconds_best", "copy_bytes_per_second"] { #expect(try #require(values[key] as? Double, "\(key)") > 0) }
    // 6 channels of 3 x 9 x 8 to 3 x 5 x 4, five weights each.
    #expect(values["bytes"] as? Int == 4 * 6 * (216 + 5 + 60))
    expectFailure(
      Program.run(["bench", "depthwise", "--kernel", "3x3"]), status: 64, ["--kernel is '3x3'", "such as 3x3x3"])
  }

  @Test("bench evaluate --format json, and the files that it keeps")
  func evaluator() throws {
    let (scratch, other) = (Scratch(), Scratch())
    func bench(_ folder: String) throws -> [String: Any] {
      let result = Program.run([
        "bench", "evaluate", "--rows", "60000", "--runs", "1", "--threads", "2", "--output-dir", folder, "--format",
        "json",
      ])
      expectSuccess(result)
      return try object(result.stdout)
    }
    let values = try bench(scratch.path)
    for key in ["seconds_best", "seconds_median", "read_seconds", "match_seconds", "rows_per_second", "peak_rss_bytes"]
    {
      #expect(try #require(values[key] as? Double, "\(key)") > 0)
    }
    #expect(values["rows"] as? Int == 60000 && values["threads"] as? Int == 2)
    let rows = try lines(scratch.path + "/detections.csv")
    #expect(rows.count == 60000 && Set(rows.map { $0.split(separator: ",")[7] }).count == 60000)
    let evaluation = Program.run([
      "evaluate", "--detections", scratch.path + "/detections.csv", "--groundtruth", scratch.path + "/groundtruth.csv",
      "--labelmap", scratch.path + "/labelmap.pbtxt", "--format", "json",
    ])
    expectSuccess(evaluation)
    let means = try #require(values["mAP"] as? [String: Double])
    let results = try object(evaluation.stdout)
    for name in ["official", "pyslowfast", "mmaction2"] {
      let result = try #require(results[name] as? [String: Any])
      #expect(result["mAP"] as? Double == means[name] && (means[name] ?? 0) > 0.1, "\(name)")
      // Every row has a score of its own.
      #expect(result["mAP_interval"] as? [Double] == [means[name] ?? 0, means[name] ?? 0], "\(name)")
    }
    _ = try bench(other.path)
    #expect(try lines(other.path + "/detections.csv") == rows)
  }

  @Test("bench pipeline: every step of a run over a video, and over its pictures without the network")
  func pipeline() throws {
    let scratch = Scratch()
    let video = projectRoot + "/Tests/Fixtures/Video/slow.mp4"
    expectSuccess(Program.run(["frames", video, "--output-dir", scratch.path, "--fps", "10"]))
    let common = ["--cfg", LittleWorld.config, "--runs", "2", "--threads", "1", "--every", "0.4"]
    for (source, network) in [(["--videos", video], "config"), (["--frames", scratch.path, "--fps", "10"], "none")] {
      let call = ["bench", "pipeline"] + source + common + ["--network", network]
      let result = Program.run(call + ["--format", "json"] + LittleWorld.tinyNetwork)
      expectSuccess(result)
      let values = try object(result.stdout)
      #expect(values["key_frames"] as? Int == 3)
      #expect(values["decoded_frames"] as? Int == (network == "none" ? 7 : 19))
      #expect(values["network"] as? String == network && values["runs"] as? Int == 2)
      var sum = 0.0
      for key in ["opening", "decoding", "resizing", "normalising", "rest"] {
        let seconds = try #require(values[key + "_cpu_seconds"] as? Double, "\(key)")
        #expect(seconds > 0, "\(key)")
        sum += seconds
      }
      #expect(abs(sum - (try #require(values["sum_cpu_seconds"] as? Double))) < 1e-9)
      for key in ["network_seconds", "waiting_seconds", "peak_rss_bytes"] { #expect(values[key] is Double, "\(key)") }
      let text = Program.run(call + LittleWorld.tinyNetwork)
      expectSuccess(text)
      for word in ["3 key frames", "opening", "normalising", "processor ms a key frame", "waited"] {
        #expect(text.stdout.contains(word), "\(word)")
      }
    }
    // Frames that several views share are counted, and decoded, once.
    let call = ["bench", "pipeline", "--videos", video] + common + ["--format", "json"] + LittleWorld.tinyNetwork
    let several = Program.run(call + ["AVA.TEST_SCALES", "[64, 48]", "AVA.TEST_FLIP", "True"])
    expectSuccess(several)
    let values = try object(several.stdout)
    #expect(values["key_frames"] as? Int == 3 && values["views"] as? Int == 4)
    #expect(values["decoded_frames"] as? Int == 19)
    // Whole clips, whose heads average windows of the last map.
    let clips = Program.run(
      ["bench", "pipeline", "--videos", video, "--cfg", projectRoot + "/configs/Kinetics/X3D_XS.yaml", "--runs", "1"]
        + ["--network", "none", "--format", "json"])
    expectSuccess(clips)
    #expect(try object(clips.stdout)["key_frames"] as? Int == 2)
    // The boxes of a detector, whose steps are listed too. Nobody is to be seen: the least scores are taken.
    let detector = ["--detector", projectRoot + "/configs/demo/SSDLITE_PEOPLE_SMALL.safetensors", "--person-score"]
    let people = Program.run(call + detector + ["0.00001"])
    expectSuccess(people)
    let costs = try object(people.stdout)
    let boxes = try #require(costs["people"] as? Int)
    #expect(boxes >= 3 && costs["key_frames"] as? Int == 3)
    for key in [
      "people_decoding_cpu_seconds", "people_rest_cpu_seconds", "detector_seconds", "seconds_per_video_minute",
    ] {
      #expect(try #require(costs[key] as? Double, "\(key)") > 0, "\(key)")
    }
    expectFailure(Program.run(call + detector + ["1"]), ["found nobody with a score of at least 1", "--person-score"])
    expectFailure(
      Program.run(["bench", "pipeline", "--frames", scratch.path] + detector + ["1"]), status: 64, ["--videos"])
    let layers = ["bench", "people", "--runs", "1", "--size", "64x64", "--layers"] + detector.dropLast()
    let table = Program.run(layers)
    expectSuccess(table)
    for word in ["scale and normalise", "depthwise", "choose detections", "% of peak"] {
      #expect(table.stdout.contains(word), "\(word)")
    }
    expectFailure(Program.run(layers + ["--format", "json"]), status: 64, ["--layers"])
    expectFailure(Program.run(["bench", "pipeline"]), status: 64, ["either --videos or --frames"])
    expectFailure(Program.run(["bench", "pipeline", "--videos", "nowhere.mp4"]), ["nowhere.mp4"])
  }

  @Test("A config that the engine cannot run, sizes that cannot be")
  func bad() {
    expectFailure(Program.run(["bench", "--cfg", "nowhere.yaml"]), ["nowhere.yaml"])
    expectFailure(Program.run(["bench", "roialign", "--channels", "65536", "--height", "4096"]), status: 64, ["8 GiB"])
  }
}
