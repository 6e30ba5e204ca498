/// Averages gradients over ranks while the backward pass goes on.
///
/// As in PyTorch's DistributedDataParallel: gradients are collected in buckets, in the order in which the backward pass
/// finishes them, and a bucket's sum begins when its last gradient is there. A step calls `ready` for each gradient, in the
/// same order on all ranks or not, and then `finish`. To be used by one thread; alone in its group it does nothing.
public final class GradientBuckets {
  /// Bytes of a bucket: DDP's `bucket_cap_mb`. Large enough that a sum takes much longer than its beginning, small enough that
  /// most sums are done when the backward pass is.
  public static let bucketBytes = 25 << 20
  /// Bytes of the first: DDP's, too. The first sum begins early.
  public static let firstBucketBytes = 1 << 20

  /// The parameters of each bucket, in the order of their sums.
  public let buckets: [[Int]]
  private let group: any ProcessGroup
  private let counts: [Int]
  /// Each parameter's bucket, and where its numbers are in it.
  private var places: [(bucket: Int, offset: Int)] = []
  private var memory: [UnsafeMutableBufferPointer<Float>] = []
  // Of the current step:
  private var gradients: [UnsafeMutableBufferPointer<Float>?]
  private var missing: [Int]
  private var sums: [PendingCollective] = []

  /// - Parameters:
  ///   - counts: The numbers of each gradient, in the parameters' order: the backward pass is taken to finish the last
  ///     first. The same on all ranks.
  ///   - firstBucketBytes: A bucket ends with the gradient that fills it; one may be larger than that by itself.
  public init(
    counts: [Int], group: any ProcessGroup, bucketBytes: Int = GradientBuckets.bucketBytes,
    firstBucketBytes: Int = GradientBuckets.firstBucketBytes
  ) {
    var buckets: [[Int]] = []
    var filled = Int.max
    places = Array(repeating: (0, 0), count: counts.count)
    for parameter in counts.indices.reversed() {
      if filled >= (buckets.count <= 1 ? firstBucketBytes : bucketBytes) {
        buckets.append([])
        filled = 0
      }
      places[parameter] = (buckets.count - 1, filled / MemoryLayout<Float>.size)
      buckets[buckets.count - 1].append(parameter)
      filled += counts[parameter] * MemoryLayout<Float>.size
    }
    self.buckets = buckets
    self.group = group
    self.counts = counts
    gradients = Array(repeating: nil, count: counts.count)
    missing = buckets.map(\.count)
    if group.size > 1 {
      memory = buckets.map { .allocate(capacity: $0.reduce(0) { $0 + counts[$1] }) }
      for bucket in memory { bucket.initialize(repeating: 0) }
    }
  }

  deinit {
    // The memory is the group's until sums are done, or have failed.
    for sum in sums { _ = try? sum.wait() }
    for bucket in memory { bucket.deallocate() }
  }

  /// Tells that this step's gradient of a parameter is final.
  ///
  /// Its numbers are copied at once; `finish` puts the mean in their place.
  ///
  /// - Parameter gradient: As many numbers as were announced. The memory must stay until `finish`.
  public func ready(_ parameter: Int, _ gradient: UnsafeMutableBufferPointer<Float>) {
    precondition(gradient.count == counts[parameter], "a gradient of another size than its parameter")
    precondition(gradients[parameter] == nil, "a gradient is ready for the second time")
    gradients[parameter] = gradient
    let (bucket, offset) = places[parameter]
    missing[bucket] -= 1
    if memory.isEmpty { return }
    _ = UnsafeMutableBufferPointer(rebasing: memory[bucket][offset...]).update(fromContentsOf: gradient)
    // In the order of buckets on all ranks, whatever the order of gradients.
    while sums.count < buckets.count, missing[sums.count] == 0 {
      sums.append(group.begin(.sumOfFloats(memory[sums.count]), label: sums.count))
    }
  }

  /// Waits for the sums and puts the mean over ranks in the place of each gradient: what DDP's gradients are. The next step
  /// may begin then.
  ///
  /// - Throws: `ProcessGroupError.notReady` if gradients were missing; any other.
  public func finish() throws {
    let late = gradients.indices.filter { gradients[$0] == nil }
    if !late.isEmpty { throw ProcessGroupError.notReady(parameters: late) }
    let size = Float(group.size)
    for (bucket, sum) in sums.enumerated() {
      try sum.wait()
      for parameter in buckets[bucket] {
        let gradient = gradients[parameter]!
        let sums = memory[bucket].baseAddress! + places[parameter].offset
        for place in gradient.indices { gradient[place] = sums[place] / size }
      }
    }
    sums = []
    gradients = Array(repeating: nil, count: counts.count)
    missing = buckets.map(\.count)
  }
}
