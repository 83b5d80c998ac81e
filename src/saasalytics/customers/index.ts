export { CustomersModule } from './customers.module.js';
export { CustomersService } from './customers.service.js';
export { CustomerListQuery } from './dto/customer-list-query.dto.js';
