import BenchReports
import Clips
import Geometry
import JSON
import Kernels
import NN
import Tensors
import Testing

private let setting = BenchSetting(threads: 2, kernels: "avx2", peakMemory: 3 << 20)
private let timing = Timing(first: 2, seconds: [0.5, 0.25, 0.75, 0.5])

private let subject = ClipSubject(program: "1.2.3", network: "a network", processor: "a processor")

private func layer(_ algorithm: String, macs: Int, isWhole: Bool = true, seconds: Double) -> LayerReport {
  LayerReport(
    operation: "1x3x3 8->16", algorithm: algorithm, output: "1 x 4x8x8 x 16", macs: macs,
    doesEveryMultiplyAdd: isWhole, bytes: 2_500_000, seconds: seconds)
}

/// What `bench` prints, of made-up measurements.
@Suite struct BenchReportsTests {
  @Test func timingsAreBestAndMedian() {
    #expect(timing.best == 0.25 && timing.median == 0.5 && timing.first == 2)
    #expect(Timing(first: 0, seconds: [3, 1, 2]).median == 2)
    var calls = 0
    let measured = Timing(runs: 3) { calls += 1 }
    #expect(calls == 4 && measured.best >= 0 && measured.median >= measured.best)
  }

  @Test func clip() {
    var result = ClipBenchmark(
      timing: timing, runs: 4, setting: setting, macs: 1_500_000_000, size: ImageSize(width: 455, height: 256),
      subject: subject)
    #expect(
      result.text == """
        clip 455x256, fp32, 2 threads, kernels avx2, 1.5 GMAC
        best 0.250 s, median 0.500 s of 4 runs; 12 GFLOP/s; peak memory 3 MB
        """)
    #expect(
      result.json.text == #"{"clip_seconds_best": 0.25, "clip_seconds_median": 0.5, "runs": 4, "threads": 2, "#
        + #""precision": "fp32", "kernels": "avx2", "peak_rss_bytes": 3145728, "gmac": 1.5, "height": 256, "width": 455, "#
        + #""batch": 1, "multiply_adds": 1500000000, "program": "1.2.3", "network": "a network", "#
        + #""processor": "a processor"}"#)
    result.ready = 1
    result.peak = PeakRate(measured: 1e10, layers: [])
    #expect(
      result.text.hasSuffix(
        """

        ready 1.00 s after the start, first clip done after 3.00 s
        vector units: 20 GFLOP/s of fp32 at most; the clip reaches 60 %
        """), "\(result.text)")
    #expect(
      result.json.text.hasSuffix(
        #""processor": "a processor", "ready_seconds": 1.0, "first_clip_seconds": 3.0, "peak_gflops": 20.0}"#))
    result.layers = [layer("direct", macs: 3, seconds: 0.5)]
    #expect(
      result.json.text.hasSuffix(
        #""layers": [{"operation": "1x3x3 8->16", "output": "1 x 4x8x8 x 16", "algorithm": "direct", "#
          + #""multiply_adds": 3, "bytes": 2500000, "seconds": 0.5}]}"#))
  }

  /// Seconds are those of the batch; what a clip takes is said beside them.
  @Test func clipsTogether() {
    let result = ClipBenchmark(
      timing: timing, runs: 4, setting: setting, macs: 1_500_000_000, size: ImageSize(width: 455, height: 256),
      batch: 2, subject: subject)
    #expect(
      result.text == """
        2 clips together, 455x256, fp32, 2 threads, kernels avx2, 1.5 GMAC
        best 0.250 s, median 0.500 s of 4 runs (a clip: 0.125 and 0.250 s); 12 GFLOP/s; peak memory 3 MB
        """)
    #expect(result.json.text.contains(#""batch": 2"#))
  }

  /// A layer that does all its products may be faster than the loop that measures the peak; Winograd's do fewer.
  @Test func thePeakIsWhatWasReached() {
    let layers = [
      layer("direct", macs: 4_000_000_000, seconds: 0.2),
      layer("own", macs: 9_000_000_000, isWhole: false, seconds: 0.1),
      layer("planar", macs: 1, seconds: 0),
    ]
    #expect(PeakRate(measured: 1e10, layers: layers).rate == 2e10)
    #expect(PeakRate(measured: 3e10, layers: layers).rate == 3e10)
    var result = ClipBenchmark(
      timing: timing, runs: 1, setting: setting, macs: 1, size: ImageSize(width: 1, height: 1), subject: subject)
    result.peak = PeakRate(measured: 1e10, layers: layers)
    #expect(result.text.contains("40 GFLOP/s of fp32 at most (a layer's rate; measured alone 20); the clip"))
  }

  @Test func layers() {
    let layers = [layer("direct", macs: 4_000_000_000, seconds: 0.2), layer("", macs: 0, seconds: 0.001)]
    let costs = layerTable(layers, peak: 4e10).split(separator: "\n").map {
      $0.split(separator: " ", omittingEmptySubsequences: true)
    }
    #expect(
      costs.count >= 3 && costs.contains { $0.suffix(5) == ["direct", "8.00", "2.5", "200.00", "50"] }, "\(costs)")
    #expect(costs.contains { $0.suffix(3) == ["0.00", "2.5", "1.00"] }, "\(costs)")
    #expect(planTable(layers).contains("direct") && planTable(layers).contains("4.000"))
    let tuned = LayerReport(
      operation: "1x3x3", algorithm: "direct", chosenBy: "file", output: "1 x 4x8x8 x 16", macs: 1_000_000_000, bytes: 1
    )
    let row = planTable([tuned]).split(separator: "\n").last?.split(separator: " ", omittingEmptySubsequences: true)
    #expect(row?.suffix(3) == ["direct", "file", "1.000"])
  }

  /// Of several passes each layer has its best.
  @Test func layersOfSeveralPasses() {
    let (first, second) = (
      [layer("a", macs: 1, seconds: 3), layer("b", macs: 1, seconds: 1)],
      [layer("a", macs: 1, seconds: 2), layer("b", macs: 1, seconds: 4)]
    )
    #expect(fastest(first, second).map(\.seconds) == [2, 1])
  }

  @Test func roiAlign() {
    let problem = RoIAlignBenchmark.Problem(channels: 8, height: 4, width: 5, boxes: 1, resolution: 7, seed: 3)
    let result = RoIAlignBenchmark(
      problem, plain: timing, fused: Timing(first: 0, seconds: [0.125]), runs: 4, macs: 2_000_000, setting: setting)
    #expect(
      result.text == """
        RoIAlign of 1 box over 8x4x5 features, 7x7 bins, 2 threads, avx2 kernels, 4 runs
          all bins:    best 250.000 ms, median 500.000 ms
          fused max:   best 125.000 ms, median 125.000 ms
          arithmetic:  0.0020 GMAC, 0.0 GFLOP/s
          peak memory: 3.1 MB
        """)
    #expect(result.json.text.hasPrefix(#"{"seconds_best": 0.25, "seconds_median": 0.5, "fused_seconds_best": 0.125, "#))
    #expect(result.json.text.hasSuffix(#""boxes": 1, "resolution": 7, "seed": 3}"#))
  }

  /// 4 channels of 2 x 8 x 8 to 2 x 4 x 4: 512 + 108 + 128 numbers, and 27 products for each of 128.
  @Test func depthwise() {
    let shape = ConvolutionShape(
      4, 4, kernel: Extent3(3, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(1, 1, 1), groups: 4)
    let result = DepthwiseBenchmark(
      shape, input: Extent3(2, 8, 8), timing: timing, copy: 8e9, runs: 4, setting: setting)
    #expect(
      result.text == """
        depthwise \(shape) over \(Extent3(2, 8, 8)) x 4, 2 threads, avx2 kernels, fp32, 4 runs
          best 250.000 ms, median 500.000 ms
          memory:      0.0 MB, 0.0 GB/s; copying 8.0 GB/s
          arithmetic:  0.0000 GMAC, 0.0 GFLOP/s
        """)
    let json = result.json.text
    #expect(json.contains(#""gmac": 3.456e-06, "bytes": 2992, "copy_bytes_per_second": 8000000000.0"#), "\(json)")
  }

  @Test func evaluator() {
    let result = EvaluatorBenchmark(
      timing, .init(reading: 0.125, auditing: 0.0625, matching: 0.0625), rows: 500_000, runs: 1, seed: 1,
      means: [("official", 0.5), ("other", nil)], setting: BenchSetting(threads: 1, peakMemory: 5 << 20))
    #expect(
      result.text == """
        evaluate: 500000 rows, three protocols, 1 thread, 1 run
          best 0.250 s, median 0.500 s: 2.00 million rows a second
          reading 0.125 s, aligning and auditing 0.062 s, matching and scoring 0.062 s
          peak memory 5 MB
        """)
    // A mean that there is not is null, and never "nan".
    #expect(result.json.text.hasSuffix(#""seed": 1, "mAP": {"official": 0.5, "other": null}}"#), "\(result.json.text)")
  }

  @Test func forecast() {
    func forecast(
      _ parts: [(name: String, total: Int, done: Int)], isBegun: Bool = false, isShard: Bool = false,
      isDone: Bool = false
    ) -> RunForecast {
      RunForecast(
        .init(
          command: "test", config: "c.yaml", videos: 2, boxes: 300, views: (1, "1 view"), parts: parts,
          isBegun: isBegun, isShard: isShard, place: "runs/a"),
        isDone ? nil : .init(keyFrame: (36, 18, 72), measured: 3, ready: 36),
        .init(base: 100_000_000, arenas: 50_000_000, clips: 20_000_000, frames: 2_000_000, measured: 180_000_000),
        .init(journal: 1_500_000, results: isShard ? 0 : 20_000_000), setting: setting, streams: 2)
    }
    func rows(_ text: String) -> [[Substring]] {
      text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    }
    let whole = forecast([("the whole run", 100, 0)])
    #expect(
      whole.text.hasPrefix(
        """
        slowfast test with c.yaml: 100 key frames of 2 videos, 300 boxes
        1 view
        measured on 3 key frames, 2 threads in 2 streams, kernels avx2, fp32: 36.000 s each (18.000 to 72.000), ready \
        after 36.0 s
        """), "\(whole.text)")
    // The longest of 8 shards has 13 key frames, of 64 two.
    for row in ["1 100 60.6 min 30.6 min 2.0 h", "8 13 8.4 min 4.5 min 16.2 min", "64 2 1.8 min 72.0 s 3.0 min"] {
      #expect(rows(whole.text).contains { $0.joined(separator: " ") == row }, "\(row) in \(whole.text)")
    }
    #expect(
      whole.text.hasSuffix(
        """
        memory: about 172 MB (program and weights 100 MB, arenas 50 MB, clips 20 MB, frames 2.0 MB); 180 MB at most while \
        measuring
        disk: journal 1.5 MB, results about 20 MB without pictures
        """), "\(whole.text)")
    let json = whole.json.text
    #expect(
      json.contains(#""machines": [{"machines": 1, "key_frames_of_the_longest": 100, "hours": 1.01, "#), "\(json)")
    #expect(json.contains(#""memory_bytes": 172000000"#) && json.contains(#""streams": 2"#))
    let begun = forecast([("the whole run", 100, 90)], isBegun: true).text
    #expect(begun.contains("done already: 90, in 'runs/a'; to do: 10"), "\(begun)")
    #expect(rows(begun).contains { $0.joined(separator: " ") == "1 10 6.6 min 3.6 min 12.6 min" }, "\(begun)")
    #expect(!rows(begun).contains { $0.first == "8" })
    let shards = forecast([("0/2", 50, 40), ("1/2", 50, 30)], isBegun: true).text
    #expect(shards.contains("  shard 1/2: 30 of 50 done"), "\(shards)")
    #expect(rows(shards).contains { $0.prefix(2) == ["2", "20"] }, "\(shards)")
    let shard = forecast([("0/2", 50, 0)], isShard: true).text
    #expect(shard.contains("this shard") && shard.contains("a shard writes no results"), "\(shard)")
    let done = forecast([("the whole run", 100, 100)], isBegun: true, isDone: true).text
    #expect(done.contains("nothing is left to score\nmemory") && !done.contains("measuring"), "\(done)")
  }

  @Test func pipeline() {
    func run(
      _ total: Double, network: String = "config", views: (count: Int, text: String) = (1, "1 view"),
      people: PeopleBenchmark? = nil
    ) -> PipelineBenchmark {
      PipelineBenchmark(
        seconds: { $0 == .decoding ? 0.5 : 0.125 }, decodedFrames: 64, computing: 1, waiting: 0.25, keyFrames: 2,
        views: views, total: total, clock: (3, 90), people: people, network: network, setting: setting)
    }
    let (best, totals) = PipelineBenchmark.best(of: [run(4), run(2), run(8)])
    #expect(totals == [1, 2, 4])
    let lines = best.text(totals).split(separator: "\n").map(String.init)
    #expect(lines.first == "2 key frames, 64 frames decoded, network: config, 2 threads, kernels avx2")
    let cells = lines.map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    #expect(cells.contains { $0.suffix(3) == ["decoding", "250.00", "25.0"] }, "\(lines)")
    #expect(cells.contains { $0.suffix(4) == ["the", "rest", "562.50", "56.2"] }, "\(lines)")
    #expect(lines.last == "from files to scores: 2.00 s for a minute of video")
    #expect(
      lines.dropLast().last
        == "3 runs: sum 1000.00 to 4000.00 ms, median 2000.00; by the clock, a key frame: the network computed "
        + "500.00 ms and waited 125.00 ms")
    #expect(!run(2, network: "none").text([1]).contains("the network, and"))
    let seen = run(2, views: (6, "6 views a key frame"))
    #expect(seen.text([1]).hasPrefix("6 views a key frame\n2 key frames, "))
    #expect(seen.json([1]).text.contains(#""views": 6"#))
    // What finding people took is listed before, and is no part of the rest.
    let people = PeopleBenchmark(
      seconds: { $0 == .decoding ? 0.25 : 0.125 }, computing: 0.5, waiting: 0.125, detector: "a detector", people: 3,
      total: 0.5)
    let found = run(2, people: people)
    let foundLines = found.text([1]).split(separator: "\n").map(String.init)
    #expect(foundLines.first == "3 boxes of people by a detector")
    #expect(foundLines.contains { $0.hasPrefix("people: decoding") && $0.hasSuffix(" 125.00   12.5") }, "\(foundLines)")
    #expect(foundLines.contains { $0.hasPrefix("the network, and the rest") && $0.hasSuffix(" 312.50   31.2") })
    #expect(foundLines.contains { $0.contains("the detector computed 250.00 ms and waited 62.50 ms, the network") })
    let foundJSON = found.json([1]).text
    for part in [#""people": 3"#, #""people_rest_cpu_seconds": 0.0625"#, #""detector_seconds": 0.25"#] {
      #expect(foundJSON.contains(part), "\(foundJSON)")
    }
    let json = best.json(totals).text
    #expect(json.contains(#""seconds_per_video_minute": 2.0"#) && !json.contains("people"))
    #expect(!json.contains("views") && !json.contains("streams"))
    let streams = PipelineBenchmark(
      seconds: { _ in 0.125 }, decodedFrames: 64, computing: 1, waiting: 0.25, keyFrames: 2, views: (1, ""), total: 2,
      clock: (1, 0), network: "config", setting: setting, streams: 2)
    #expect(streams.text([1]).contains("2 threads in 2 streams, kernels"))
    #expect(streams.text([1]).contains("the network computed 250.00 ms and waited 62.50 ms\n"))
    #expect(streams.json([1]).text.contains(#""streams": 2"#))
    #expect(
      json.contains(#""opening_cpu_seconds": 0.0625, "decoding_cpu_seconds": 0.25, "resizing_cpu_seconds""#), "\(json)")
    #expect(
      json.contains(#""rest_cpu_seconds": 0.5625, "sum_cpu_seconds": 1.0, "sum_cpu_seconds_median": 2.0"#), "\(json)")
  }
}
