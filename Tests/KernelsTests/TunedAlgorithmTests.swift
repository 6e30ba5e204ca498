import Foundation
import Kernels
import Tensors
import Testing

/// Algorithms that were measured before: what a planner takes of them.
@Suite struct TunedAlgorithmTests {
  private let plane = ConvolutionShape(64, 64, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
  private let time = ConvolutionShape(64, 64, kernel: Extent3(3, 1, 1), padding: Extent3(1, 0, 0))

  private func planner(_ choices: [ConvolutionShape: ConvolutionAlgorithm], forced: ConvolutionAlgorithm? = nil)
    -> ConvolutionPlanner
  {
    let pairs = choices.map { (ConvolutionKind($0, input: .float32), $1) }
    return ConvolutionPlanner(forced: forced, tuned: TunedAlgorithms(Dictionary(uniqueKeysWithValues: pairs)))
  }

  @Test("a known shape takes its algorithm, another one the rule's, whatever the other formats are")
  func knownShapes() {
    let tuned = planner([plane: .direct])
    #expect(tuned.choose(for: plane) == .direct)
    #expect(tuned.choose(for: time) == .winogradTime)
    // As the rule has it for bfloat16 of 256 channels, not as it was measured of float32.
    let wide = ConvolutionShape(256, 256, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
    #expect(planner([wide: .direct]).choose(for: wide, input: .bfloat16, activations: .bfloat16) == .winogradSpace)
    var strided = plane
    strided.stride = Extent3(1, 2, 2)
    #expect(tuned.choose(for: strided) == .direct)
  }

  @Test("what cannot be computed so goes by the rule, and what the call forces comes first")
  func precedence() {
    #expect(planner([time: .winogradSpace]).choose(for: time) == .winogradTime)
    #expect(planner([plane: .winogradSpace], forced: .direct).choose(for: plane) == .direct)
  }

  @Test("a convolution is packed for the tuned algorithm, and says what chose it")
  func packed() {
    func convolution(_ planner: ConvolutionPlanner, _ shape: ConvolutionShape) -> Convolution {
      Convolution(
        shape, weights: Tensor(zeros: shape.weightShape), bias: [Float](repeating: 0, count: shape.outChannels),
        engine: Engine(threads: 1, planner: planner))
    }
    let tuned = planner([plane: .direct])
    #expect(convolution(tuned, plane).algorithm == .direct && convolution(tuned, plane).choice == .file)
    #expect(convolution(tuned, time).choice == .rule)
    #expect(convolution(ConvolutionPlanner(forced: .direct), plane).choice == .forced)
    #expect(convolution(ConvolutionPlanner(), plane).algorithm == .winogradSpace)
  }

  @Test("an engine of another format does not take over what was tuned")
  func otherFormat() {
    let engine = Engine(threads: 1, planner: planner([plane: .direct]))
    #expect(engine.with(.int8).planner.tuned == nil)
    #expect(engine.with(planner: ConvolutionPlanner()).planner.tuned == nil)
    #expect(engine.planner.tuned != nil)
  }

  @Test("equal choices have equal texts, other ones another")
  func text() {
    let (one, other) = (
      planner([plane: .direct, time: .direct]).tuned!, planner([time: .direct, plane: .direct]).tuned!
    )
    #expect(one.text == other.text && one == other)
    #expect(one.text == "64->64 1x3x3 pad 0x1x1 float32 direct\n64->64 3x1x1 pad 1x0x0 float32 direct\n")
    #expect(planner([plane: .winogradSpace, time: .direct]).tuned!.text != one.text)
  }

  @Test("every shape is read again as it was written")
  func shapeTexts() {
    let shapes = [
      plane, time,
      ConvolutionShape(3, 8, kernel: Extent3(5, 7, 7), stride: Extent3(1, 2, 2), padding: Extent3(2, 3, 3)),
      ConvolutionShape(54, 54, kernel: Extent3(3, 3, 3), padding: Extent3(1, 1, 1), groups: 54),
      ConvolutionShape(512, 512, kernel: Extent3(1, 3, 3), padding: Extent3(0, 2, 2), dilation: Extent3(1, 2, 2)),
      ConvolutionShape(8, 4, kernel: .one),
      ConvolutionShape(8, 4, kernel: Extent3(1, 3, 3), paddingAfter: Extent3(0, 1, 1)),
      ConvolutionShape(
        8, 16, kernel: Extent3(1, 3, 3), stride: Extent3(1, 2, 2), padding: Extent3(0, 1, 1),
        paddingAfter: Extent3(0, 2, 2), dilation: Extent3(1, 2, 2), groups: 4),
    ]
    for shape in shapes { #expect(ConvolutionShape("\(shape)") == shape, "\(shape)") }
  }

  @Test(
    "what is no shape is none",
    arguments: [
      "", "64->64", "64->64 ", "64->64 1x3", "64->64 1x3x3x1", "64->64 1x3x", "64-64 1x3x3", "->64 1x1x1",
      "64->0 1x1x1",
      "64->64 0x1x1", "64->64 1x1x1 stride 0x1x1", "64->64 1x1x1 pad", "64->64 1x1x1 pad -1x0x0",
      "64->64 1x1x1 pad 0x0x0", "64->64 1x1x1 groups 3", "64->64 1x1x1 groups 0", "+64->64 1x1x1", "064->64 1x1x1",
      "64->64  1x1x1", "64->64 1x1x1 padding 0x1x1", "64->64 1x1x1 groups 2 stride 1x2x2",
      "64->64 1x3x3 pad 0x1x1 pad 0x1x1", "9999999999->64 1x1x1", "99999999999999999999->64 1x1x1",
    ])
  func noShapes(text: String) { #expect(ConvolutionShape(text) == nil) }

  #if arch(x86_64)
    @Test("the processor is the one that the system names")
    func processor() throws {
      let here = Processor.current
      let file = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      func value(_ name: String) -> String? {
        file.split(separator: "\n").first { $0.split(separator: ":")[0].trimmingCharacters(in: .whitespaces) == name }
          .flatMap { $0.split(separator: ":", maxSplits: 1).dropFirst().first }
          .map { $0.split(separator: " ").joined(separator: " ") }
      }
      // An emulator has the file of its host.
      guard value("vendor_id") == here.vendor, value("model name") == here.name else { return }
      #expect(value("cpu family") == "\(here.family)" && value("model") == "\(here.model)")
      #expect(value("stepping") == "\(here.stepping)")
      #expect(here.caches.count == 3 && here.caches.allSatisfy { $0 >= 0 })
      #expect("\(here)".contains(here.vendor) && here.isAlike(here))
      var other = here
      other.stepping += 1
      other.name = "another"
      #expect(here.isAlike(other))
      other.model += 1
      #expect(!here.isAlike(other))
    }
  #endif
}
