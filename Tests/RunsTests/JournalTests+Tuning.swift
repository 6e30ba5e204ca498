import Kernels
import Runs
import Tensors
import Testing

/// A run's algorithms are part of what it goes on with.
extension JournalTests {
  @Test func tunedPlansAreTold() {
    func identity(_ algorithm: ConvolutionAlgorithm?) -> RunIdentity {
      let shape = ConvolutionShape(64, 64, kernel: Extent3(1, 3, 3), padding: Extent3(0, 1, 1))
      let tuned = algorithm.map { TunedAlgorithms([ConvolutionKind(shape, input: .float32): $0]) }
      var identity = RunIdentity()
      identity.add(Engine(threads: 1, planner: ConvolutionPlanner(tuned: tuned)))
      return identity
    }
    let (rule, direct, winograd) = (identity(nil), identity(.direct), identity(.winogradSpace))
    #expect(rule[.convolution] == "by shape")
    #expect(direct[.convolution]?.hasPrefix("by a tuned plan of 1 shape, sha256 ") == true)
    #expect(direct[.convolution] == identity(.direct)[.convolution] && direct[.convolution] != winograd[.convolution])
    #expect(!direct.isMeasured)
    #expect(
      direct.differences(from: rule) == ["the convolution is another (by shape, then by a tuned plan of 1 shape)"])
    let change = winograd.differences(from: direct)
    #expect(
      change.count == 1 && change[0].hasPrefix("the convolution is another (by a tuned plan of 1 shape, sha256 "),
      "\(change)")
  }
}
