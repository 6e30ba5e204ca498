import Kernels
import Tensors
import TestSupport
import Testing

/// Epilogues by their definition, in every method and on every instruction set.
struct EpilogueTests {
  @Test func definitionsByHand() {
    #expect(Epilogue.none(-2) == -2 && Epilogue.relu(-2) == 0 && Epilogue.relu(2) == 2)
    #expect(Epilogue.relu6(-2) == 0 && Epilogue.relu6(2.5) == 2.5 && Epilogue.relu6(6.5) == 6)
    #expect(Epilogue.sigmoid(0) == 0.5 && Epilogue.swish(0) == 0 && Epilogue.gelu(0) == 0)
    #expect(Epilogue.hardSigmoid(0) == 0.5 && Epilogue.hardSigmoid(-3.5) == 0 && Epilogue.hardSigmoid(4) == 1)
    #expect(Epilogue.hardSwish(3) == 3 && Epilogue.hardSwish(-3) == 0 && Epilogue.hardSwish(1) == 4.0 / 6)
    // PyTorch's torch.nn.functional.silu(1), gelu(1), sigmoid(2), to ten digits.
    #expect(abs(Epilogue.swish(1) - 0.7310585786) < 1e-10)
    #expect(abs(Epilogue.gelu(1) - 0.8413447461) < 1e-10)
    #expect(abs(Epilogue.sigmoid(2) - 0.8807970780) < 1e-10)
  }

  private static let values: [Float] =
    (-2000...2000).map { Float($0) * 0.05 } + [1e-30, -1e-30, 1e30, -1e30, 87.5, -87.5, 88.5, -88.5, .infinity]

  /// Alone, over rows with a pitch, with and without factors.
  @Test(arguments: Epilogue.allCases) func ofRows(_ epilogue: Epilogue) throws {
    let channels = 37
    let positions = (Self.values.count + channels - 1) / channels
    var numbers = Self.values + [Float](repeating: 0.25, count: positions * channels - Self.values.count)
    numbers[5] = .nan
    let factors = (0..<channels).map { Float($0) * 0.125 - 2 }
    for set in InstructionSet.compared {
      let engine = Engine(threads: 2, kernels: try KernelTable(set))
      for scaled in [false, true] {
        let input = SlicedMap(
          numbers, batch: 1, Extent3(1, 1, positions), channels: channels, format: .float32, room: (1, 2))
        let output = FeatureMap(zeros: 1, Extent3(1, 1, positions), channels: channels)
        let scale = FeatureMap(zeros: 1, .one, channels: channels)
        for c in 0..<channels { scale.start[c] = factors[c] }
        engine.scale(input.map, by: scaled ? scale : nil, epilogue, into: output)
        for position in 0..<positions {
          for c in 0..<channels {
            let x = input.map.value(position: position, channel: c) * (scaled ? factors[c] : 1)
            let expected = Float(epilogue(Double(x)))
            let found = output.value(position: position, channel: c)
            if expected.isNaN {
              #expect(found.isNaN || x.isInfinite, "\(epilogue) of \(x): \(found) on \(set)")
            } else {
              // exp is right to 2 units in the last place; below exp(-87) it stays there. GELU is right beside 1.
              let size = epilogue == .gelu ? max(1, abs(expected)) : abs(expected)
              let bound = 4e-7 * size + 2e-38 * max(1, abs(x))
              #expect(
                found == expected || abs(found - expected) <= bound,
                "\(epilogue) of \(x): \(found), expected \(expected) on \(set)")
            }
          }
        }
      }
    }
  }

  /// A convolution's epilogue is that of its sums, to the last bit what a pass of its own makes of them: in whole tiles
  /// and at their ends, with and without a residual.
  @Test(arguments: Epilogue.allCases, fastAlgorithms)
  func ofConvolutions(_ epilogue: Epilogue, _ algorithm: ConvolutionAlgorithm) throws {
    for seed in UInt64(1)...4 {
      let residual: ElementFormat? = seed % 2 == 0 ? nil : .float32
      let plain = StoreKind(residual: residual)
      let kind = StoreKind(residual: residual, epilogue: epilogue)
      let run = AlgorithmRun(.drawn(for: algorithm, seed: seed, kind), algorithm, kind)
      for engine in try engines(algorithm) {
        let sums = AlgorithmRun(run.problem, algorithm, plain).run(run.convolution(engine)).values
        let found = run.run(run.convolution(engine)).values
        for (value, sum) in zip(found, sums) {
          let expected = Float(epilogue(Double(sum)))
          #expect(abs(value - expected) <= 4e-7 * max(1, abs(expected)), "\(epilogue) of \(sum): \(value)")
        }
        let row = FeatureMap(channelsFirst: Tensor([1, sums.count, 1, 1, 1], sums))
        engine.scale(row, epilogue, into: row)
        let gap = difference(found, row.channelsFirst().array, .exact, "\(run.problem.shape) \(epilogue)")
        #expect(gap == nil, "\(gap ?? "")")
      }
    }
  }
}
