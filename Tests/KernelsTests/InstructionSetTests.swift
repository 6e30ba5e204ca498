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

  @Test("the refusal says what there is")
  func refusal() {
    let text = KernelError.unavailable(.avx512, available: [.portable, .avx2]).description
    #expect(text.contains("'avx512'") && text.contains("portable, avx2") && text.contains("->"))
  }
}
