import Files
import Inference
import Kernels
import NN
import Tensors
import TestSupport
import Testing

@Suite struct TunedPlanFileTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.path + "/r50.tuned.json" }

  private let plane = ConvolutionKind(
    ConvolutionShape(64, 64, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1)), input: .float32)
  private let stem = ConvolutionKind(
    ConvolutionShape(4, 8, kernel: Extent3(5, 7, 7), stride: Extent3(1, 2, 2), padding: Extent3(2, 3, 3)),
    input: .bfloat16)

  private static let setting = TunedPlanFile.Setting(
    processor: Processor(
      vendor: "AuthenticAMD", family: 25, model: 17, stepping: 1, name: "EPYC \"9R14\"",
      caches: [32_768, 1_048_576, 33_554_432]),
    program: "0.11.0", kernels: .avx512, threads: 2, precision: "fp32")

  private var file: TunedPlanFile {
    TunedPlanFile(
      setting: Self.setting, config: "R50", clip: "1 x 32x256x455",
      [
        ConvolutionTiming(kind: plane, usual: .winogradSpace, seconds: [.direct: 0.5, .winogradSpace: 1.0 / 3]),
        ConvolutionTiming(kind: stem, usual: .planar, seconds: [.direct: 0.00123456, .planar: 0.25]),
      ])
  }

  @Test("what is written is read again")
  func roundTrip() throws {
    defer { folder.remove() }
    try file.write(to: path)
    let read = try TunedPlanFile(path: path)
    #expect(read == file)
    #expect(read.algorithms == TunedAlgorithms([plane: .winogradSpace, stem: .direct]))
    #expect(read.layers[0].milliseconds == [.direct: 500, .winogradSpace: 333.333])
    #expect(read.layers[1].milliseconds[.direct] == 1.235)
    let text = String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
    let row =
      #"{"convolution": "64->64 1x3x3 pad 0x1x1", "input": "float32", "algorithm": "winogradSpace", "#
      + #""milliseconds": {"winogradSpace": 333.333, "direct": 500.0}}"#
    #expect(text.contains(row), "\(text)")
  }

  @Test("what is no plan is refused, with the key and what is wrong with it")
  func refuses() throws {
    defer { folder.remove() }
    try file.write(to: path)
    let sound = String(decoding: try readFile(path, doing: "testing"), as: UTF8.self)
    let all = "reference, direct, winogradSpace, winogradTime, planar, windows, depthwise"
    let cases = [
      ("{\"format\"", "{\"formal\"", "its \"format\" is not \"slowfast tuned plan\""),
      ("\"version\": 1", "\"version\": 2", "its \"version\" is not 1"),
      ("\"program\": \"0.11.0\"", "\"program\": 11", "\"program\" is 11, expected a text"),
      ("\"processor\"", "\"processors\"", "\"processor\" is missing, expected an object"),
      ("\"family\": 25", "\"family\": \"25\"", "\"family\" of \"processor\" is \"25\", expected a whole number of 0"),
      ("\"model\": 17", "\"model\": -17", "\"model\" of \"processor\" is -17, expected a whole number"),
      ("\"l2\": 1048576", "\"l2\": 1.5", "\"l2\" of \"cache_bytes\" is 1.5, expected a whole number"),
      ("\"kernels\": \"avx512\"", "\"kernels\": \"avx3\"", "\"kernels\" is \"avx3\", expected one of portable, avx2"),
      ("\"threads\": 2", "\"threads\": null", "\"threads\" is null"),
      ("\"layers\"", "\"layer\"", "it has no list \"layers\""),
      (
        "\"64->64 1x3x3 pad 0x1x1\"", "\"64->64 1x3x3 pad\"",
        "\"convolution\" of layer 1 is \"64->64 1x3x3 pad\", expected such as"
      ),
      (
        "\"input\": \"bfloat16\"", "\"input\": \"bf16\"",
        "\"input\" of layer 2 is \"bf16\", expected float32 or bfloat16"
      ),
      (
        "\"algorithm\": \"winogradSpace\"", "\"algorithm\": \"winograd\"",
        "\"algorithm\" of layer 1 is \"winograd\", expected one of \(all)"
      ),
      ("\"algorithm\": \"winogradSpace\"", "\"algorithm\": 3", "\"algorithm\" of layer 1 is 3, expected one of \(all)"),
      ("\"algorithm\": \"winogradSpace\", ", "", "\"algorithm\" of layer 1 is missing, expected one of"),
      (
        "{\"winogradSpace\": 333.333", "{\"fft\": 333.333",
        "\"milliseconds\" of layer 1 names the algorithm \"fft\", expected one of \(all)"
      ),
      ("333.333", "\"fast\"", "\"winogradSpace\" in \"milliseconds\" of layer 1 is \"fast\", expected a number of 0"),
      ("333.333", "-1", "\"winogradSpace\" in \"milliseconds\" of layer 1 is -1, expected a number of 0 or more"),
      (
        "\"4->8 5x7x7 stride 1x2x2 pad 2x3x3\", \"input\": \"bfloat16\"",
        "\"64->64 1x3x3 pad 0x1x1\", \"input\": \"float32\"",
        "layer 2 is of a \"convolution\" and \"input\" that stand there before"
      ),
      ("]\n}", "", "line "),
    ]
    for (sound1, damage, words) in cases {
      let text =
        words.contains("format")
        ? sound.replacing("\"format\"", with: "\"formal\"") : sound.replacing(sound1, with: damage)
      #expect(text != sound, "\(sound1)")
      try writeFile(path, text)
      let error = #expect(throws: TunedPlanFileError.self, "\(words)") { try TunedPlanFile(path: path) }
      let found = error.map { "\($0)" } ?? ""
      #expect(found.contains(words), "\(words): \(found)")
      #expect(
        found.hasPrefix("reading the tuned plan '\(path)'") && found.contains("-> make it anew with slowfast tune"))
    }
    try writeFile(path, "[]")
    #expect(throws: TunedPlanFileError.self) { try TunedPlanFile(path: path) }
    #expect(throws: FileError.self) { try TunedPlanFile(path: path + ".none") }
  }

  private func misfit(_ change: (inout TunedPlanFile.Setting) -> Void) -> String {
    var here = Self.setting
    change(&here)
    do {
      return try "notices: " + file.check("p.json", on: here, activations: .bfloat16).joined(separator: " | ")
    } catch {
      return "\(error)"
    }
  }

  @Test(
    "a plan of another processor, precision or other kernels is refused; other threads, caches and versions are said")
  func misfits() {
    let begin = "choosing algorithms by the tuned plan 'p.json': it was measured "
    let processor = misfit {
      $0.processor.vendor = "GenuineIntel"
      $0.processor.family = 6
      $0.processor.name = ""
    }
    #expect(
      processor == begin
        + "on EPYC \"9R14\" (AuthenticAMD, family 25, model 17), and this processor is GenuineIntel, family 6, "
        + "model 17 -> make one here with slowfast tune, or leave out --tuned")
    #expect(
      misfit { $0.precision = "bf16" } == begin
        + "for fp32, and this run computes in bf16 -> give --precision fp32, make one here with slowfast tune, or leave out --tuned"
    )
    #expect(
      misfit { $0.kernels = .avx2 } == begin
        + "with the kernels avx512, and these are avx2 -> give --kernels avx512, make one here with slowfast tune, or leave out "
        + "--tuned")
    #expect(misfit { $0.processor.stepping = 2 } == "notices: ")
    let notices = misfit {
      $0.threads = 8
      $0.processor.caches[2] = 1 << 20
      $0.program = "0.12.0"
    }
    let end = ": other algorithms may be faster -> measure again with slowfast tune"
    #expect(
      notices == "notices: --tuned 'p.json' was measured with 2 threads, and a clip has 8 here" + end
        + " | --tuned 'p.json' was measured with caches of 32, 1024, 32768 KB, and here they have 32, 1024, 1024" + end
        + " | --tuned 'p.json' was measured by version 0.11.0, and this is 0.12.0" + end)
  }

  @Test("an algorithm that cannot compute its convolution is refused")
  func impossible() {
    var file = file
    file.layers[0].algorithm = .winogradTime
    let error = #expect(throws: TunedPlanFileError.self) {
      try file.check("p.json", on: Self.setting, activations: .bfloat16)
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(
      text.contains(
        "\"algorithm\" of layer 1 is \"winogradTime\", which cannot compute 64->64 1x3x3 pad 0x1x1 of float32"),
      "\(text)")
  }

  @Test("what an engine computes with")
  func setting() {
    let engine = Engine(threads: 4, streams: 2)
    let setting = TunedPlanFile.Setting(engine, program: "1")
    #expect(setting.processor == .current && setting.threads == 2 && setting.precision == "fp32")
    #expect(setting.kernels == engine.instructionSet && setting.program == "1")
  }
}
