public import Clocks
public import Geometry
public import Imaging

/// What gives frames one after the other, with their times: a ``LiveStream``, or what stands for one.
public protocol FrameStream: AnyObject {
  /// What messages call it.
  var name: String { get }
  /// Frames a second, as far as that is known.
  var framesPerSecond: Double { get }
  /// Whether the stream states that rate; else it is a likely one.
  var statesRate: Bool { get }
  /// The size of the frame that came last; nil before the first.
  var size: ImageSize? { get }
  /// Goes to the next frame.
  ///
  /// - Returns: Its time in seconds; nil at the end, where the frame before stays.
  func advance() throws(VideoError) -> Double?
  /// The frame that came last.
  func image() throws(VideoError) -> Image
}

extension FrameStream {
  public var statesRate: Bool { true }
}

extension LiveStream: FrameStream {
  public var name: String { input.description }
}

/// A stretch of a stream, seen at a regular rate, as a source of frames that grows while it is read.
///
/// Frame i is the first one that appears later than half a frame of the stream before i / rate seconds after the stretch's
/// first frame: of a stream of a constant rate the nearest, as ``VideoFrames`` shows it. Frames are asked for in ascending
/// order; those that nobody asks for are decoded, and not converted. A stretch ends where the stream does, where frames get
/// another size, and where its clock jumps; from there on its last frame is repeated.
public final class LiveFrames: FrameSource {
  /// Why a stretch ended.
  public enum Ending {
    case endOfStream
    /// Frames of another size follow; the first has this time.
    case otherSize(time: Double)
    /// The clock jumped to this time.
    case jump(time: Double)
    case failure(VideoError)
  }

  /// How far a stream's clock may go on from one frame to the next, in seconds.
  public static let longestStep = 10.0

  public let name: String
  public let framesPerSecond: Double
  public let size: ImageSize
  /// Nil while more frames may come.
  public private(set) var ending: Ending?
  /// A frame whose image is kept when it is read.
  public var wanted: Int?
  /// The image of the frame that was wanted.
  public private(set) var wantedImage: Image?

  private let stream: any FrameStream
  private let firstTime: Double
  /// Called with each frame's time since the first, before it counts.
  private let pace: (Double) -> Void
  private let now: () -> Double
  private var lastTime: Double
  /// Which frames of this source the stream's present frame is.
  private var present: Range<Int>
  private var image: Image?
  private var lastImage: Image?
  /// The monotonic clock's seconds at which a frame came; of the last minute or so.
  private var arrivals: [Int: Double] = [:]

  /// - Parameters:
  ///   - stream: It stands at the stretch's first frame.
  ///   - firstTime: That frame's time.
  ///   - framesPerSecond: The rate of the view.
  ///   - pace: Called with each frame's time since the first, before it counts: may wait.
  ///   - now: A clock in seconds.
  public init(
    _ stream: any FrameStream, firstTime: Double, framesPerSecond: Double, pace: @escaping (Double) -> Void = { _ in },
    now: @escaping () -> Double = monotonicSeconds
  ) {
    guard let size = stream.size else { preconditionFailure("the stream stands at a frame") }
    self.stream = stream
    self.firstTime = firstTime
    self.framesPerSecond = framesPerSecond
    self.size = size
    self.pace = pace
    self.now = now
    name = stream.name
    lastTime = firstTime
    present = 0..<0
    pace(0)
    accept(firstTime)
  }

  /// How many frames there are; more than anyone reads while more may come.
  public var frameCount: Int { ending == nil ? Int.max / 4 : max(1, present.upperBound) }

  /// The time in seconds up to which frames have been read, from the first one.
  public var readTime: Double { lastTime - firstTime }

  /// When a frame came, in seconds of the clock; nil where that is not known any more.
  public func arrival(of index: Int) -> Double? { arrivals[index] }

  private func accept(_ time: Double) {
    lastTime = time
    let half = 0.5 / stream.framesPerSecond
    // The tolerance leaves exact halves with the earlier frame.
    let end = Int(((time - firstTime + half) * framesPerSecond + 1e-6).rounded(.down)) + 1
    let next = present.upperBound
    if end <= next { return }
    present = next..<end
    image = nil
    let came = now()
    for index in max(next, end - 64)..<end { arrivals[index] = came }
    if arrivals.count > 4096 { arrivals = arrivals.filter { $0.key >= end - 2048 } }
  }

  /// The last frame lasts as long as those before it.
  private func end(_ ending: Ending) {
    let count = Int(((readTime + 1 / stream.framesPerSecond) * framesPerSecond).rounded(.toNearestOrEven))
    if count > present.upperBound { present = present.lowerBound..<count }
    self.ending = ending
  }

  /// Goes on until a frame of this source is the stream's present one, or the stretch ends.
  private func pull() {
    let before = present
    while ending == nil && present == before {
      do throws(VideoError) {
        guard let time = try stream.advance() else {
          end(.endOfStream)
          break
        }
        if stream.size != size {
          end(.otherSize(time: time))
        } else if time < lastTime - 0.5 || time > lastTime + Self.longestStep {
          end(.jump(time: time))
        } else {
          pace(time - firstTime)
          accept(max(time, lastTime))
        }
      } catch {
        end(.failure(error))
      }
    }
  }

  /// Goes on to a frame, unless the stretch ends before it.
  ///
  /// - Returns: Whether there is this frame.
  @discardableResult
  public func read(through index: Int) -> Bool {
    while ending == nil && index >= present.upperBound {
      pull()
    }
    return index < present.upperBound
  }

  private func gone(_ index: Int) -> FrameDamage {
    let cause = "'\(name)': the stream has gone on to frames of another size"
    return FrameDamage(frame: index, cause: cause, description: "reading frame \(index): \(cause)")
  }

  public func frame(at index: Int) throws -> Image {
    read(through: index)
    if image == nil, stream.size == size {
      image = try stream.image()
      lastImage = image
    }
    // Where the stream has gone on to frames of another size, the last one that was converted is repeated.
    guard let image = image ?? lastImage else { throw gone(index) }
    if index == wanted { wantedImage = image }
    return image
  }
}
