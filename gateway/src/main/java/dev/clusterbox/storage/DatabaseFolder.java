package dev.clusterbox.storage;

import io.micronaut.configuration.jdbc.hikari.DatasourceConfiguration;
import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import jakarta.inject.Singleton;

/** Has the state folder made before the database is opened in it. */
@Singleton
final class DatabaseFolder implements BeanCreatedEventListener<DatasourceConfiguration> {

    DatabaseFolder(StateFolder folder) {
        // Being constructed is what matters: the folder exists from then on.
        folder.resolve("gateway.db");
    }

    @Override
    public DatasourceConfiguration onCreated(BeanCreatedEvent<DatasourceConfiguration> event) {
        return event.getBean();
    }
}
