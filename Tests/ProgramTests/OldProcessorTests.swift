import Foundation
import Tensors
import TestSupport
import Testing

/// A processor that qemu emulates: an instruction that it lacks ends the program with a signal.
private struct OldProcessor: CustomTestStringConvertible {
  let name: String
  /// What qemu cannot emulate of it and would warn of; no user program needs it.
  let without: String
  /// The instruction set to be chosen.
  let kernels: String

  static let all = [
    OldProcessor(name: "Haswell", without: ",-pcid,-x2apic,-tsc-deadline,-hle,-rtm,-invpcid", kernels: "avx2"),
    OldProcessor(name: "Nehalem", without: "", kernels: "portable"),
  ]

  var testDescription: String { name }

  /// The emulator's path, from tools/test-old-cpus.sh.
  static let emulator = ProcessInfo.processInfo.environment["X86_EMULATOR"]

  /// Runs the built program.
  func run(_ arguments: [String]) -> Program.Result {
    Program.run(
      through: [Self.emulator!, "-cpu", name + without], arguments,
      patience: 300)
  }
}

/// The program that was built on this machine, on processors without AVX-512, and without AVX.
/// A minute of them: they run where they are asked for.
@Suite(.enabled(if: OldProcessor.emulator != nil, "make test-old-cpus runs them"), .serialized)
struct OldProcessorTests {
  @Test("The widest kernels that the processor has are chosen", arguments: OldProcessor.all)
  private func choice(processor: OldProcessor) throws {
    let result = processor.run([
      "bench", "roialign", "--channels", "64", "--height", "4", "--width", "4", "--boxes", "1", "--runs", "1",
      "--format", "json",
    ])
    expectSuccess(result)
    #expect(try object(result.stdout)["kernels"] as? String == processor.kernels)
  }

  @Test("Wider kernels are refused in words", arguments: OldProcessor.all)
  private func refusal(processor: OldProcessor) {
    let result = processor.run(["bench", "roialign", "--kernels", "avx512"])
    expectFailure(result, ["'avx512'", "this processor", processor.kernels])
  }

  /// Fused or not, sums in another order: rounding is all that may differ.
  @Test("A network's scores are those of this machine", arguments: OldProcessor.all)
  private func scores(processor: OldProcessor) throws {
    let scratch = Scratch()
    var generator = SeededGenerator(seed: 5)
    let clip = Tensor(zeros: [1, 3, 16, 64, 80])
    for index in 0..<clip.count { clip.mutableValues[index] = Float(generator.uniform(-2, 2)) }
    try clip.writeNPY(scratch.path + "/clip.npy")
    try Tensor([2, 5], [0, 3, 5, 40, 60, 0, 30.5, 0, 79, 33]).writeNPY(scratch.path + "/boxes.npy")
    func call(_ output: String) -> [String] {
      [
        "forward", "--cfg", LittleWorld.config, "--random-weights", "1", "--clip", scratch.path + "/clip.npy",
        "--boxes", scratch.path + "/boxes.npy", "--output", scratch.path + "/" + output,
      ] + LittleWorld.tinyNetwork
    }
    expectSuccess(Program.run(call("native.npy")))
    expectSuccess(processor.run(call("emulated.npy")))
    let expected = try Tensor(npy: scratch.path + "/native.npy").array
    let found = try Tensor(npy: scratch.path + "/emulated.npy").array
    #expect(Set(expected).count > expected.count / 2, "scores that are all alike compare nothing")
    let gap = difference(found, expected, .absolute(1e-5), processor.name)
    #expect(gap == nil, "\(gap ?? "")")
  }

  @Test("A golden model's scores", .enabled(if: sharedFolder != nil, Golden.reason), arguments: OldProcessor.all)
  private func golden(processor: OldProcessor) throws {
    let model = try Golden.Model("slow_r50_ava")
    let scratch = Scratch()
    expectSuccess(processor.run(model.forward(into: scratch)))
    let found = try Tensor(npy: scratch.path + "/out.npy").array
    let gap = difference(found, try Tensor(npy: model.folder + "/output.npy").array, .network, processor.name)
    #expect(gap == nil, "\(gap ?? "")")
  }
}
