internal import CLibAV
internal import Files
internal import Geometry
internal import Glibc
public import Imaging
internal import Parallel
internal import Wording

/// What came of a film.
public struct FilmResult: Sendable {
  /// How many frames are damaged: there the picture before stays.
  public var damaged: Int
  /// What the user should know, of the sound above all.
  public var notices: [String]

  public init(damaged: Int = 0, notices: [String] = []) { (self.damaged, self.notices) = (damaged, notices) }
}

/// Writes all frames of a source as a video at their own times, with something drawn over each, and the sound of a video
/// file.
///
/// Frames are decoded one after the other, and drawn by several threads at once. The pixels of a video that nothing is drawn over are its own: they
/// go through no other colours. Equal frames, drawings and settings but for the number of threads give equal
/// files, byte for byte.
///
/// - Parameters:
///   - path: Its ending names the container: .mp4, .mov or .mkv.
///   - scene: What is to be drawn at a time, in seconds; called in the order of time, by one thread at a time.
///   - tool: Makes what each thread draws with.
///   - draw: Draws a scene on a layer of the film's size.
///   - progress: Called after each frame with the number of those done; what it throws ends the video.
/// - Throws: the errors of reading, drawing and writing; then there is no file.
public func writeFilm<Scene, Tool>(
  _ frames: any FrameSource, to path: String, _ layout: FilmLayout, _ settings: FilmSettings = FilmSettings(),
  scene: @escaping (Double) throws -> Scene, with tool: () throws -> Tool,
  draw: @escaping (Scene, Tool) throws -> any PictureLayer,
  progress: (Int) throws -> Void
) throws -> FilmResult {
  guard (1...16384).contains(layout.size.width), (1...16384).contains(layout.size.height) else {
    throw VideoError(
      doing: writing, path: path,
      reason: "pictures of \(layout.size.width) x \(layout.size.height) -> a side must have 1 to 16384 pixels")
  }
  try loadLibAV(doing: writing, path: path)
  _ = LibAVLog.capture
  let threads = streamCount(settings.threads, layout.size)
  let reader = FilmReader(frames, scene: scene)
  let pool = PicturePool(layout.size)
  let converters = (0..<threads).map { _ in FilmConverter(layout, pool) }
  let tools = try (0..<threads).map { _ in try tool() }
  let streams = OrderedStreams<ReadFrame<Scene>, DrawnFrame>(threads, source: reader.next) { read, thread in
    let (frame, scene): (FilmFrame, Scene)
    switch read.found {
    case .success(let found): (frame, scene) = found
    case .failure(let damage): return DrawnFrame(time: read.time, found: .failure(damage))
    }
    let colours = frame.colours
    guard let picture = converters[thread].picture(of: frame) else {
      throw VideoError(
        doing: writing, path: path, reason: "the pixel format of the frames cannot be converted to 4:2:0")
    }
    picture.blend(try draw(scene, tools[thread]), LumaWeights(colours.matrix))
    return DrawnFrame(time: read.time, found: .success((picture, colours)))
  }
  var (done, damaged) = (0, 0)
  var damage: FrameDamage?
  var writer: FilmWriter?
  while let drawn = try streams.next() {
    switch drawn.found {
    case .success(let (picture, colours)):
      let open =
        try writer
        ?? FilmWriter(
          path: path, size: layout.size, framesPerSecond: min(1000, max(0.001, frames.framesPerSecond)), settings,
          colours: colours, sound: settings.keepsSound ? sound(of: frames, film: path) : nil)
      try open.append(picture, at: drawn.time)
      pool.give(picture)
      writer = open
    case .failure(let found): (damaged, damage) = (damaged + 1, found)
    }
    done += 1
    try progress(done)
  }
  if let damage, writer == nil { throw damage }
  return FilmResult(damaged: damaged, notices: try writer?.finish() ?? [])
}

/// A frame, and what is to be drawn over it.
private struct ReadFrame<Scene> {
  let time: Double
  let found: Result<(FilmFrame, Scene), FrameDamage>
}

/// A picture of the film, and what its frame's colours were.
private struct DrawnFrame {
  let time: Double
  let found: Result<(FilmPicture, FilmColours), FrameDamage>
}

/// Hands frames out one after the other, whichever threads ask.
private final class FilmReader<Scene>: @unchecked Sendable {
  private let frames: any FrameSource
  private let scene: (Double) throws -> Scene
  private let turn = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var number = 0

  init(_ frames: any FrameSource, scene: @escaping (Double) throws -> Scene) {
    self.frames = frames
    self.scene = scene
    pthread_mutex_init(turn, nil)
  }

  deinit {
    pthread_mutex_destroy(turn)
    turn.deallocate()
  }

  func next() throws -> (number: Int, element: ReadFrame<Scene>)? {
    pthread_mutex_lock(turn)
    defer { pthread_mutex_unlock(turn) }
    if number == frames.frameCount { return nil }
    defer { number += 1 }
    let time = frames.time(of: number)
    do {
      return (number, ReadFrame(time: time, found: .success((try read(), try scene(time)))))
    } catch let damage as FrameDamage {
      return (number, ReadFrame(time: time, found: .failure(damage)))
    }
  }

  private func read() throws -> FilmFrame {
    guard let reader = frames as? VideoReader else { return .image(try frames.frame(at: number)) }
    return .decoded(DecodedFrame(try reader.decodedFrame(at: number)), reader.info.orientation)
  }
}

/// How many threads decode and draw: as many as asked for, so long as the pictures in the works stay below a fixed size.
private func streamCount(_ threads: Int, _ size: ImageSize) -> Int {
  // A stream has up to two frames and their pictures, and a layer.
  let bytes = size.width * size.height * 10
  return max(1, min(threads, 250_000_000 / bytes))
}

/// The sound of the video that frames are of; nil where there is none.
private func sound(of frames: any FrameSource, film: String) throws -> SoundCopy? {
  guard let reader = frames as? VideoReader else { return nil }
  return try SoundCopy(of: reader.path, start: reader.info.firstFrameTime, film: film)
}
