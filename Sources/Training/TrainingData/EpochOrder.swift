internal import Augmentation

/// Which samples a process takes in an epoch, and in which order.
///
/// All samples, in an order drawn from seed and epoch, or in that of the data set; the first ones once more at the end until
/// every process has as many; of these each process takes every `processes`-th, from its rank on. So PyTorch's
/// DistributedSampler divides them. Processes together have in their n-th batches what one process has in its n-th batch,
/// which is larger by their number.
public struct EpochOrder: Sendable {
  public let epoch: Int
  public let rank: Int
  public let processes: Int
  /// The samples of this process.
  public let samples: [Int]

  /// - Parameters:
  ///   - count: Of the data set's samples, 1 or more.
  ///   - seed: `RNG_SEED`.
  ///   - epoch: From 0.
  ///   - rank: Below `processes`.
  public init(
    count: Int, seed: UInt64, epoch: Int, rank: Int = 0, of processes: Int = 1, isShuffled: Bool = true
  ) {
    precondition(count > 0 && (0..<processes).contains(rank), "there are samples, and ranks are below their number")
    self.epoch = epoch
    self.rank = rank
    self.processes = processes
    var draws = SeededDraws(seed: seed, epoch: epoch, index: 0, purpose: .order)
    let all = isShuffled ? draws.permutation(count) : Array(0..<count)
    let own = (count + processes - 1) / processes
    samples = (0..<own).map { all[($0 * processes + rank) % count] }
  }

  /// The place of one of this process's samples among all processes': what its draws depend on, so that they are those of one
  /// process that has all.
  func place(_ index: Int) -> Int { index * processes + rank }
}
