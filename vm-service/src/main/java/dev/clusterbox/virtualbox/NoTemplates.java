package dev.clusterbox.virtualbox;

import dev.clusterbox.image.Image;
import dev.clusterbox.image.Image.State;
import dev.clusterbox.problem.Problem;
import java.util.Optional;

/** There are none, and none can be made: images have the agent inside. */
final class NoTemplates implements Templates {

    private static final String NEEDED =
            "images for VirtualBox need the agent's files: clusterbox.agent-image is not set";

    @Override
    public Image image() {
        return new Image(State.ABSENT, null, NEEDED, 0, null);
    }

    @Override
    public Image prepare() {
        throw Problem.unavailable(NEEDED, "build provision-agent, and set clusterbox.agent-image")
                .asException();
    }

    @Override
    public Optional<Template> current() {
        return Optional.empty();
    }
}
