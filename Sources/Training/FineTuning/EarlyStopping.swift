/// When a training has got no better for long enough.
public struct EarlyStopping: Sendable, Equatable {
  /// After how many epochs without a better one it ends; nil for never.
  public let patience: Int?
  /// The best epoch so far, from 0, and what it reached.
  public private(set) var best: (epoch: Int, value: Double)?
  private var last = -1

  /// - Parameter patience: 1 or more.
  public init(patience: Int?) { self.patience = patience }

  /// Takes an epoch up; of equals the first is the best.
  ///
  /// - Returns: Whether it is the best so far.
  @discardableResult
  public mutating func add(_ value: Double, epoch: Int) -> Bool {
    last = epoch
    if let best, !(value > best.value) { return false }
    best = (epoch, value)
    return true
  }

  /// Whether no epoch was better than one that lies so far back.
  public var isOver: Bool {
    guard let patience, let best else { return false }
    return last - best.epoch >= patience
  }

  public static func == (left: EarlyStopping, right: EarlyStopping) -> Bool {
    left.patience == right.patience && left.best?.epoch == right.best?.epoch && left.best?.value == right.best?.value
  }
}
