internal import Augmentation
internal import Glibc

/// How often samples of rare classes come in an epoch.
///
/// A class that a share f of the samples has gets the factor max(1, sqrt(t / f)), a sample the greatest of its classes'; a
/// sample without a class comes once. Of a factor's fraction it is drawn in each epoch whether it is one more.
///
/// Source: Gupta, Dollár and Girshick, "LVIS", 2019, section 5.2.
public struct RepeatFactors: Sendable, Equatable {
  /// Of each class, from 0; 1 for one that no sample has.
  public let classes: [Double]
  /// Of each sample.
  public let samples: [Double]

  /// - Parameters:
  ///   - labels: The classes of each sample, from 0 and below `count`.
  ///   - threshold: t: classes that are rarer are repeated; 0 repeats none.
  public init(_ labels: [[Int]], classes count: Int, threshold: Double) {
    var holders = [Int](repeating: 0, count: count)
    for own in labels { for label in Set(own) { holders[label] += 1 } }
    let factors = holders.map { holders -> Double in
      if holders == 0 { return 1 }
      return max(1, sqrt(threshold * Double(labels.count) / Double(holders)))
    }
    classes = factors
    samples = labels.map { own in own.reduce(1) { max($0, factors[$1]) } }
  }

  /// The samples of an epoch, ascending; each stands as often as it comes.
  public func indices(seed: UInt64, epoch: Int) -> [Int] {
    var draws = SeededDraws(seed: seed ^ 0x9E37_79B9_7F4A_7C15, epoch: epoch, index: 0, purpose: .order)
    return samples.enumerated().flatMap { index, factor -> [Int] in
      let whole = factor.rounded(.down)
      let isOneMore = factor > whole && draws.uniform(0, 1) < factor - whole
      return [Int](repeating: index, count: Int(whole) + (isOneMore ? 1 : 0))
    }
  }
}
