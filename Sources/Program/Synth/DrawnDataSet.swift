internal import Parallel
internal import Synchronization
internal import Video

/// A data set that is drawn from a seed: equal arguments give equal files, byte for byte.
public protocol DrawnDataSet: Sendable {
  /// How many images `write` draws, those of the video files included.
  var imageCount: Int { get }

  /// The files that `write` makes in a folder, but for those that all data sets of the kind share; of a video's images
  /// the first stands for all.
  func outputs(in folder: String) -> [String]

  /// Writes all files; videos are drawn on several threads, which changes no byte.
  ///
  /// - Parameters:
  ///   - folder: Made where it is missing; files of the same names are replaced.
  ///   - threads: Nil takes the processors that this process may run on.
  ///   - progress: Called after every image with the number of images so far, by one thread at a time.
  /// - Throws: The error of the drawing or writing that failed first in the order of videos.
  func write(to folder: String, threads: Int?, progress: (Int) -> Void) throws
}

extension DrawnDataSet {
  /// Draws videos by their index on several threads.
  ///
  /// - Parameter draw: Calls its second argument after every image.
  /// - Returns: What each call returned, in the order of videos.
  func drawn<Value: Sendable>(
    _ videos: Int, threads: Int?, progress: (Int) -> Void, draw: @escaping (Int, () -> Void) throws -> Value
  ) throws -> [Value] {
    let done = Mutex(0)
    let results = WorkerPool(threads: threads.map { min($0, videos) }).map(videos) { index in
      Result {
        try draw(index) {
          done.withLock { count in
            count += 1
            progress(count)
          }
        }
      }
    }
    return try results.map { try $0.get() }
  }
}

extension Shot {
  /// Draws the video file.
  ///
  /// - Parameter drawn: Called after every image.
  func writeVideo(to path: String, drawn: () -> Void) throws {
    let film = try Film(of: world, size: videoSize)
    let video = try VideoWriter(path: path, size: videoSize, framesPerSecond: framesPerSecond)
    for frame in 0..<videoFrames {
      try video.append(try film.image(at: Double(frame) / framesPerSecond))
      drawn()
    }
    try video.finish()
  }
}
