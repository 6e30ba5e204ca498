import Foundation
import Kernels
import Tensors
import Testing

struct InstructionSetTests {
  @Test("the portable kernels are always there, the best are the widest")
  func available() {
    let available = InstructionSet.available
    #expect(available.first == .portable)
    #expect(available == InstructionSet.allCases.filter(available.contains))
    #expect(InstructionSet.best == available.last)
    #expect(KernelTable.best.instructionSet == .best)
  }

  #if PORTABLE_ONLY
    @Test("the portable build has no other set, on any processor")
    func portableOnly() { #expect(InstructionSet.available == [.portable]) }
  #endif

  @Test("a lower set can be forced, one that is missing is refused by name", arguments: InstructionSet.allCases)
  func forced(set: InstructionSet) throws {
    if InstructionSet.available.contains(set) {
      #expect(try KernelTable(set).instructionSet == set)
    } else {
      let error = try #require(throws: KernelError.self) { _ = try KernelTable(set) }
      #expect("\(error)".contains("'\(set.rawValue)'"))
    }
  }

  #if os(Linux) && arch(x86_64)
    @Test(
      "products of bfloat16 are slow on Intel's processors without tile registers", arguments: InstructionSet.available)
    func slowBFloat16(set: InstructionSet) throws {
      let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      let kernels = try KernelTable(set)
      #expect(
        kernels.isFasterInBFloat16 == (kernels.supportsBFloat16 && (set == .amx || !text.contains("GenuineIntel"))))
    }
  #endif

  /// So that a run goes on, or is joined with others, wherever the same bits come out.
  @Test("float32 is computed by the same kernels with tile registers and without")
  func tilesInFloat32() {
    for kernels in InstructionSet.available.compactMap({ try? KernelTable($0) }) {
      let set = kernels.instructionSet
      #expect(Engine(threads: 1, kernels: kernels).instructionSet == (set == .amx ? .avx512 : set))
      if kernels.supportsBFloat16 {
        #expect(Engine(threads: 1, kernels: kernels, activations: .bfloat16).instructionSet == set)
      }
    }
  }

  @Test("what activations are in each precision", arguments: InstructionSet.available)
  func precisions(set: InstructionSet) throws {
    let kernels = try KernelTable(set)
    #expect(Precision.fp32.activations(with: kernels) == .float32)
    #expect(Precision.bf16.activations(with: kernels) == (kernels.supportsBFloat16 ? .bfloat16 : .float32))
    #expect(Precision.int8.activations(with: kernels) == (kernels.isFasterInBFloat16 ? .bfloat16 : .float32))
    let engine = Engine(threads: 1, kernels: kernels)
    #expect(engine.precision == .fp32 && engine.with(.int8).precision == .int8)
    #expect(engine.with(.bf16).precision == (kernels.supportsBFloat16 ? .bf16 : .fp32))
    #expect(engine.with(.int8).with(.fp32).precision == .fp32)
  }

  /// Once for the command, whose options begin with dashes, and for the library.
  @Test("what bf16 is not there for, or slower, is said", arguments: InstructionSet.available)
  func notices(set: InstructionSet) throws {
    let kernels = try KernelTable(set)
    #expect(Precision.fp32.notice(with: kernels) == nil && Precision.int8.notice(with: kernels) == nil)
    let (bare, dashed) = (Precision.bf16.notice(with: kernels), Precision.bf16.notice(with: kernels, dashes: "--"))
    #expect((bare == nil) == kernels.isFasterInBFloat16 && (dashed == nil) == (bare == nil))
    #expect(dashed?.replacing("--", with: "") == bare && bare?.hasPrefix("precision bf16: ") != false)
    #expect(bare?.hasSuffix("; computing in fp32") != kernels.supportsBFloat16, "\(bare ?? "")")
  }

  @Test("the refusal says what there is")
  func refusal() {
    let text = KernelError.unavailable(.avx512, available: [.portable, .avx2]).description
    #expect(text.contains("'avx512'") && text.contains("portable, avx2") && text.contains("->"))
  }
}
