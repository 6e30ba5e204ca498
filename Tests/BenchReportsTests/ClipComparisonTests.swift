import BenchReports
import Geometry
import JSON
import NN
import Testing

/// A measurement that is compared with an earlier one's JSON.
@Suite struct ClipComparisonTests {
  private static let network = ClipSubject.network(
    architecture: "slowfast", frames: 32, convolutions: 1, channels: [2048, 256], classes: 80)

  private func measured(
    _ seconds: [Double], precision: String = "fp32", threads: Int = 2, width: Int = 455, batch: Int = 1, macs: Int = 9,
    network: String = Self.network, processor: String? = "P, model 1", program: String = "1.0",
    layers: [LayerReport]? = nil
  ) -> ClipBenchmark {
    var result = ClipBenchmark(
      timing: Timing(first: 1, seconds: seconds), runs: seconds.count,
      setting: BenchSetting(threads: threads, kernels: "avx2", precision: precision, peakMemory: 1), macs: macs,
      size: ImageSize(width: width, height: 256), batch: batch,
      subject: ClipSubject(program: program, network: network, processor: processor))
    result.layers = layers
    return result
  }

  private func layer(_ operation: String, _ algorithm: String, _ seconds: Double) -> LayerReport {
    LayerReport(
      operation: operation, algorithm: algorithm, output: "1 x 1x2x2 x 8", macs: 1, bytes: 1, seconds: seconds)
  }

  private func read(_ text: String) throws -> ClipRecord { try ClipRecord(Array(text.utf8), path: "old.json") }

  /// What is wrong with a file, in words.
  private func fault(_ text: String) -> String {
    do {
      _ = try read(text)
      return ""
    } catch {
      return "\(error)"
    }
  }

  private func refusal(_ then: ClipBenchmark, _ now: ClipBenchmark) -> String {
    do {
      _ = try ClipComparison(then.record, now.record, path: "old.json")
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func networksInWords() {
    #expect(Self.network == "slowfast, 32 frames, 1 convolution, 2048 + 256 channels, 80 classes")
  }

  @Test func readsWhatIsPrinted() throws {
    for layers in [nil, [layer("a", "direct", 0.5), layer("b", "", 0)]] {
      for processor in ["P", nil] {
        let result = measured([0.5, 0.25], processor: processor, layers: layers)
        #expect(try read(result.json.text) == result.record)
        let compared = try ClipComparison(result.record, result.record, path: "old.json")
        #expect(try read(result.json(compared).text) == result.record)
        #expect(result.json(compared)["comparison"] == compared.json)
      }
    }
  }

  @Test func thenAndNow() throws {
    let same = try ClipComparison(measured([0.5, 0.75]).record, measured([0.25, 0.5]).record, path: "old.json")
    #expect(
      same.text == """
        compared with 'old.json'
        the same network, size, precision, kernels, threads and runs, on the same processor, by the same version
                then s  now s  then / now
        best     0.500  0.250        2.00
        median   0.625  0.375        1.67
        layers are not compared: neither run has them -> measure both with --layers
        """, "\(same.text)")
    #expect(
      same.json.text == #"{"file": "old.json", "differences": [], "#
        + #""best": {"then_seconds": 0.5, "now_seconds": 0.25, "then_over_now": 2.0}, "#
        + #""median": {"then_seconds": 0.625, "now_seconds": 0.375, "then_over_now": 1.6666666666666667}}"#)
  }

  @Test func whatDiffersIsSaid() throws {
    let then = measured([1], precision: "bf16", threads: 1, processor: nil, program: "0.9", layers: [])
    let compared = try ClipComparison(then.record, measured([1, 1]).record, path: "old.json")
    #expect(
      compared.text.contains(
        """

        what differs: program 0.9 then, 1.0 now; processor unknown then, P, model 1 now; precision bf16 then, fp32 now; \
        threads 1 then, 2 now; runs 1 then, 2 now

        """), "\(compared.text)")
    #expect(compared.text.hasSuffix("this run does not have them -> measure both with --layers"))
    #expect(compared.json.text.contains(#"{"name": "threads", "then": "1", "now": "2"}"#))
    let reversed = try ClipComparison(measured([1]).record, then.record, path: "old.json")
    #expect(reversed.text.contains("the earlier run does not have them"))
  }

  /// Layers of one name are paired in their order; those that only one run has stand without a ratio.
  @Test func layers() throws {
    let then = measured(
      [1],
      layers: [
        layer("a", "direct", 0.010), layer("b", "direct", 0.02), layer("a", "direct", 0.03), layer("old", "", 0.004),
        layer("b", "direct", 0.001),
      ])
    let now = measured(
      [1],
      layers: [
        layer("a", "direct", 0.012), layer("new", "", 0.003), layer("b", "winogradSpace", 0.01),
        layer("a", "direct", 0.015), layer("none", "", 0),
      ])
    let compared = try ClipComparison(then.record, now.record, path: "old.json")
    let rows = compared.text.split(separator: "\n").map {
      $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
    let start = try #require(rows.firstIndex { $0.hasPrefix("layers, the largest differences first") })
    #expect(
      rows[(start + 2)...] == [
        "a 1 x 1x2x2 x 8 direct 30.00 15.00 -15.00 2.00",
        "b 1 x 1x2x2 x 8 direct > winogradSpace 20.00 10.00 -10.00 2.00",
        "old 1 x 1x2x2 x 8 4.00 -4.00", "new 1 x 1x2x2 x 8 3.00 3.00", "a 1 x 1x2x2 x 8 direct 10.00 12.00 2.00 0.83",
        "b 1 x 1x2x2 x 8 direct 1.00 -1.00", "none 1 x 1x2x2 x 8 0.00 0.00",
      ], "\(rows)")
    let json = compared.json["layers"]?.values.map(\.text) ?? []
    #expect(
      json[1] == #"{"operation": "b", "output": "1 x 1x2x2 x 8", "then_algorithm": "direct", "#
        + #""now_algorithm": "winogradSpace", "then_seconds": 0.02, "now_seconds": 0.01, "then_over_now": 2.0}"#)
    #expect(
      json[3] == #"{"operation": "new", "output": "1 x 1x2x2 x 8", "then_algorithm": null, "now_algorithm": "", "#
        + #""then_seconds": null, "now_seconds": 0.003, "then_over_now": null}"#)
  }

  @Test func otherWorkIsRefused() {
    let now = measured([1])
    #expect(
      refusal(measured([1], network: "x3d, 16 frames"), now)
        == "comparing with 'old.json': it measured another network: x3d, 16 frames then, \(Self.network) now "
        + "-> give the config that it measured, or the file of a measurement like this one")
    let size = refusal(measured([1], width: 320), now)
    #expect(size.contains("clips of another size: 320x256 then, 455x256 now -> give --size 320x256, or"), "\(size)")
    let batch = refusal(measured([1], batch: 2), now)
    #expect(batch.contains("another number of clips together: 2 then, 1 now -> give --batch 2, or"), "\(batch)")
    let macs = refusal(measured([1], macs: 8), now)
    #expect(macs.contains("another network: 8 multiply-adds then, 9 now"), "\(macs)")
    #expect(refusal(measured([2]), now).isEmpty)
  }

  @Test func otherFilesAreRefused() {
    #expect(
      fault("{\n  \"runs\": ")
        == "reading an earlier measurement 'old.json': line 2, column 11: a JSON text that ends too "
        + "early -> give what slowfast bench clip --format json of this version printed")
    let whole = measured([1], layers: [layer("a", "direct", 1)]).json.text
    let earlier = whole.replacing(#", "network": "\#(Self.network)""#, with: "")
    #expect(fault(earlier).contains(#"no "network": another command, or another version of the program, wrote it ->"#))
    for (old, new, found) in [
      (#""runs": 1"#, #""runs": 0"#, #""runs" is 0, expected a whole number above 0"#),
      (#""width": 455"#, #""width": "455""#, #""width" is "455", expected a whole number"#),
      (
        #""clip_seconds_best": 1.0"#, #""clip_seconds_best": -1"#,
        #""clip_seconds_best" is -1, expected seconds above 0"#
      ),
      (#""clip_seconds_best": 1.0"#, #""clip_seconds_best": 1e999"#, "expected seconds above 0"),
      (#""precision": "fp32""#, #""precision": 32"#, #""precision" is 32, expected a text"#),
      (#""processor": "P, model 1""#, #""processor": 3"#, #""processor" is 3, expected a text"#),
      (#""operation": "a", "#, "", #"no "operation" of layer 1"#),
      (#""seconds": 1.0"#, #""seconds": -2"#, #""seconds" of layer 1 is -2, expected seconds, 0 or more"#),
    ] {
      #expect(whole.contains(old), "\(old)")
      #expect(fault(whole.replacing(old, with: new)).contains(found), "\(fault(whole.replacing(old, with: new)))")
    }
    #expect(
      fault(String(measured([1]).json.text.dropLast()) + #", "layers": 7}"#).contains(
        #""layers" is 7, expected a list"#))
    #expect(fault("[1]").contains(#"there is no "clip_seconds_best""#))
  }
}
